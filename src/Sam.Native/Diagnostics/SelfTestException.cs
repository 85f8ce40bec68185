namespace Sam.Native;

/// <summary>A self-test found a wrong number.</summary>
internal sealed class SelfTestException(string message) : Exception(message);
