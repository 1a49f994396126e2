using System.Diagnostics;
using Xunit;

namespace Optimizer.Testing;

/// <summary>A tmpfs of a few megabytes, to be filled or turned read-only. Needs root on Linux; the test is skipped elsewhere.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <param name="below">Folder the mount point is made in.</param>
    /// <param name="size">Such as <c>4m</c>.</param>
    public static SmallDisk Mount(string below, string size)
    {
        string folder = Path.Combine(below, "disk");
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder) == 0, "mounting a tmpfs needs root on Linux");
        return new SmallDisk(folder);
    }

    /// <param name="how">ro or rw.</param>
    public void Remount(string how) => Assert.Equal(0, Run("mount", "-o", "remount," + how, Folder));

    public void Dispose() => Run("umount", "-l", Folder);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
