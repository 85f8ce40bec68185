namespace Sam.Native;

/// <summary>The output of a model's last forward pass, read when it is asked for; valid until the next forward pass.</summary>
/// <remarks>Converts to a span. On a device with memory of its own the first use waits for the pass and copies.</remarks>
public readonly struct ModelOutput
{
    private readonly Model _model;

    internal ModelOutput(Model model) => _model = model;

    /// <summary>Number of values: batch times the outputs of one example.</summary>
    public int Length => Values.Length;

    /// <summary>The outputs, (B, outputs), row-major.</summary>
    public ReadOnlySpan<float> Values => _model.ReadOutput();

    /// <summary>One value.</summary>
    /// <param name="index">Its place, example times outputs plus output.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such value.</exception>
    public float this[int index] => Values[index];

    /// <summary>The outputs as a span.</summary>
    /// <param name="output">The output.</param>
    /// <returns>Its values.</returns>
    public static implicit operator ReadOnlySpan<float>(ModelOutput output) => output.Values;
}
