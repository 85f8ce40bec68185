namespace Sam.Emulator;

/// <summary>A mistake of the program that the emulator found.</summary>
/// <param name="Kind">What sort of mistake.</param>
/// <param name="Message">The whole text that a person needs.</param>
/// <param name="Fault">Where a kernel is at fault, the details; null elsewhere.</param>
public sealed record Finding(FindingKind Kind, string Message, DeviceFaultException? Fault = null)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Message}";
}
