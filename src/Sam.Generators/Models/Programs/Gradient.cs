namespace Sam.Generators.Models.Programs;

/// <summary>The gradient of a value.</summary>
/// <param name="storage">Where it lies.</param>
/// <param name="isMasked">Whether it is zero already where the value's ReLU was off.</param>
internal sealed class Gradient(Storage storage, bool isMasked)
{
    public Storage Storage { get; } = storage;

    public bool IsMasked { get; set; } = isMasked;

    /// <summary>Whether it is the gradient of another value too, so that nothing may write to it.</summary>
    public bool IsShared { get; set; }

    /// <summary>The same memory as the gradient of another value.</summary>
    public Gradient PassOn(bool masked) => new(Storage, masked) { IsShared = IsShared };
}
