namespace Optimizer.Historian;

/// <summary><c>audit.reserve</c>: room kept on the disk, so that what follows from a full disk can still be recorded.</summary>
internal sealed class AuditReserve(string folder, long bytes)
{
    private readonly string _file = Path.Combine(folder, "audit.reserve");

    /// <summary>The room was given up to the record; false: it stands.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Takes the room, if twice as much is free.</summary>
    /// <returns>False: the disk is too full.</returns>
    public bool TryTake()
    {
        if (bytes == 0 || (File.Exists(_file) && new FileInfo(_file).Length == bytes))
        {
            IsSpent = false;
            return true;
        }

        try
        {
            if (new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace < 2 * bytes)
            {
                IsSpent = true;
                return false;
            }

            // Preallocated: a sparse file keeps no room.
            using var stream = new FileStream(_file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = bytes });
            stream.SetLength(bytes);
            IsSpent = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            IsSpent = true;
        }

        return !IsSpent;
    }

    /// <returns>False: there was none to give.</returns>
    public bool TryGive()
    {
        IsSpent = true;
        try
        {
            if (!File.Exists(_file))
            {
                return false;
            }

            File.Delete(_file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
