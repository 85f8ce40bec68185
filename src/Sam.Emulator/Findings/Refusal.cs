namespace Sam.Emulator;

/// <summary>A call that was answered with an error code, and the reason, which a code alone does not tell.</summary>
/// <param name="Function">The C name of the function.</param>
/// <param name="Code">The code that it answered.</param>
/// <param name="Reason">Why.</param>
public sealed record Refusal(string Function, int Code, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Function} answered {Code}: {Reason}";
}
