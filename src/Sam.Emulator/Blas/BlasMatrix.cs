namespace Sam.Emulator;

/// <summary>A column-major matrix in device memory, or a vector as a matrix of one row.</summary>
/// <param name="Address">Its first element.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Step">Elements from one column to the next.</param>
/// <param name="ElementBytes">Bytes of an element.</param>
internal readonly record struct BlasMatrix(nint Address, int Rows, int Columns, long Step, int ElementBytes)
{
    /// <summary>Bytes from the first element to the end of the last.</summary>
    internal long ByteCount => Rows == 0 || Columns == 0 ? 0 : (((Columns - 1) * Step) + Rows) * ElementBytes;

    /// <summary>Whether no byte lies between its columns.</summary>
    internal bool IsDense => Step == Rows || Columns == 1;

    /// <summary>Bytes of its elements.</summary>
    internal long ElementByteCount => (long)Rows * Columns * ElementBytes;

    /// <summary>A vector of float32.</summary>
    /// <param name="address">Its lowest element.</param>
    /// <param name="count">Elements.</param>
    /// <param name="increment">Elements from one to the next, of any sign but not 0.</param>
    /// <returns>The vector as a matrix of one row.</returns>
    internal static BlasMatrix Vector(nint address, int count, int increment) =>
        new(address, 1, count, Math.Abs((long)increment), sizeof(float));
}
