using MQTTnet;

namespace Optimizer.Mqtt;

/// <summary>The broker answered the connection with a refusal.</summary>
internal sealed class ConnectRefusedException(MqttClientConnectResultCode code, string? reason)
    : Exception($"the broker refused the connection: {code}{(string.IsNullOrEmpty(reason) ? "" : " (" + reason + ")")}{(IsPermanent(code) ? "; this does not pass by itself" : "")}")
{
    public MqttClientConnectResultCode Code => code;

    /// <summary>Somebody has to change a setting first.</summary>
    public bool Permanent => IsPermanent(code);

    private static bool IsPermanent(MqttClientConnectResultCode code) => code is
        MqttClientConnectResultCode.NotAuthorized or MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.ClientIdentifierNotValid
        or MqttClientConnectResultCode.UnsupportedProtocolVersion or MqttClientConnectResultCode.Banned or MqttClientConnectResultCode.BadAuthenticationMethod
        or MqttClientConnectResultCode.RetainNotSupported or MqttClientConnectResultCode.QoSNotSupported;
}
