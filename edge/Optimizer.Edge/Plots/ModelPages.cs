using Optimizer.Edge.Commands;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Plots;

/// <summary><c>train --plot</c>: a page per controlled variable in one folder.</summary>
internal static class ModelPages
{
    /// <summary>The folder, made where it is missing; null stays null.</summary>
    /// <exception cref="UsageException">A file has that name.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static string? Writable(string? folder)
    {
        if (folder is not null)
        {
            if (File.Exists(folder))
            {
                throw new UsageException($"--plot: found the file \"{folder}\", expected a folder for one page per controlled variable");
            }

            Directory.CreateDirectory(folder);
        }

        return folder;
    }

    public static void Draw(ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs, IReadOnlyList<TargetReport> targets, string folder)
    {
        for (int k = 0; k < targets.Count; k++)
        {
            string file = Path.Combine(folder, string.Concat(targets[k].Cv.Split(Path.GetInvalidFileNameChars())) + ".png");
            ModelPage.Draw(unit, unit.ControlledVariables[k], designs[k], targets[k], file);
        }

        Console.WriteLine($"{targets.Count} pages of plots in {Path.GetFullPath(folder)}");
    }
}
