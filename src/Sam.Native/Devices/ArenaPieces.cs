namespace Sam.Native;

/// <summary>A table of pieces in ascending order of their offsets, in the device's memory: what an optimizer's kernel works on in one
/// launch.</summary>
/// <param name="Pieces">The pieces. Frozen parameters are in none.</param>
/// <param name="Count">Number of pieces.</param>
/// <param name="ElementCount">Elements of all pieces together.</param>
/// <param name="TensorCount">Number of sums and coefficients: the tensors in a table by tensor, else 1.</param>
/// <param name="Partials">Scratch of <see cref="PartialCount"/> doubles for each piece.</param>
internal readonly record struct ArenaPieces(
    DevicePointer<ArenaPiece> Pieces, int Count, long ElementCount, int TensorCount, DevicePointer<double> Partials)
{
    /// <summary>Doubles of scratch for each piece: a device may cut a piece in four, with five sums each.</summary>
    public const long PartialCount = 20;

    /// <summary>Whether steps that perturb move every piece.</summary>
    public bool AreAllPerturbed { get; init; }
}
