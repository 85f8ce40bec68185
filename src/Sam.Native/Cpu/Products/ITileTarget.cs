namespace Sam.Native.Cpu;

/// <summary>Where the tiles of a product go.</summary>
internal unsafe interface ITileTarget
{
    /// <summary>Says whether a whole tile may be stored straight from its registers.</summary>
    /// <param name="row">First row of the tile.</param>
    /// <param name="column">First column of the tile.</param>
    /// <param name="columns">Columns of the tile.</param>
    /// <param name="c">Where its first element goes.</param>
    /// <param name="step">Elements from one of its rows to the next.</param>
    /// <param name="add">Whether the tile is added to what is there.</param>
    /// <returns>True where nothing else is to be done with it.</returns>
    bool TryDirect(int row, int column, int columns, out float* c, out nint step, out bool add);

    /// <summary>Scales, adds, finishes and stores a tile that lies in memory.</summary>
    /// <param name="tile">The tile, <see cref="TileProduct.TileStep"/> elements from row to row.</param>
    /// <param name="row">First row of the tile.</param>
    /// <param name="column">First column of the tile.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="columns">Columns of the tile.</param>
    void Finish<TSimd, TVector>(float* tile, int row, int column, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
