namespace Sam.Cli.Data;

/// <summary>The content of an IDX file of unsigned bytes.</summary>
/// <param name="Path">Where it was read.</param>
/// <param name="Sizes">Size of each dimension, outermost first.</param>
/// <param name="Values">The elements, row-major.</param>
internal sealed record IdxArray(string Path, int[] Sizes, byte[] Values);
