namespace Optimizer.Edge.Commands;

/// <summary>Exit codes of <c>optimizer</c>, after BSD sysexits.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>Input data cannot be used.</summary>
    public const int Data = 65;

    /// <summary>The broker could not be reached at start.</summary>
    public const int Unavailable = 69;

    /// <summary>A defect of ours: please report it.</summary>
    public const int Software = 70;

    /// <summary>A file or folder could not be written.</summary>
    public const int CannotCreate = 73;

    /// <summary>A recording was read but supports no recommendation; more or other history may.</summary>
    public const int Refused = 75;

    /// <summary>The site file, the data folder, or a file or setting of the connection cannot be used.</summary>
    public const int Configuration = 78;

    public const string Table = "Exit codes: 0 ok, 64 usage, 65 data, 69 broker unreachable at start, 70 internal error, 73 cannot write, 75 recommendation refused, 78 configuration.";
}
