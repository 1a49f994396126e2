using Optimizer.Mqtt;

namespace Optimizer.Edge.Connection;

/// <summary>
/// Passwords, from a file or from the environment: a command line is in every process list and a site file in every backup.
/// </summary>
internal static class Secrets
{
    /// <summary>Environment variable with the broker password, or with the file that has it behind <c>_FILE</c>.</summary>
    public const string Password = "OPT_MQTT_PASSWORD";

    /// <summary>The same for what opens the private key.</summary>
    public const string KeyPassword = "OPT_MQTT_KEY_PASSWORD";

    /// <param name="file">Named on the command line; goes before <c>{variable}_FILE</c>, which goes before <c>{variable}</c>.</param>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="ConnectionSettingsException">The file cannot be read or is empty.</exception>
    public static string? Read(string? file, string variable, Func<string, string?> environment)
    {
        file ??= environment(variable + "_FILE");
        return file is null ? environment(variable) is { Length: > 0 } value ? value : null : FromFile(file);
    }

    private static string FromFile(string file)
    {
        try
        {
            string secret = File.ReadAllText(file).TrimEnd('\r', '\n');
            return secret.Length > 0 ? secret : throw new ConnectionSettingsException($"the password file {file} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectionSettingsException($"the password file {file} cannot be read: {e.Message}", e);
        }
    }
}
