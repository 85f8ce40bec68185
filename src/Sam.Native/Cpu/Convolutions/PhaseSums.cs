using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The sums of one phase and one sliver of pixels as the target of a product: whole register tiles, side by side in scratch memory.</summary>
internal unsafe struct PhaseSums : ITileTarget
{
    /// <summary>Element (row 0, lane 0).</summary>
    public float* Data;

    /// <summary>Elements from one row to the next.</summary>
    public nint Step;

    /// <summary>Whether these are the first k.</summary>
    public bool First;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryDirect(int row, int column, int columns, out float* c, out nint step, out bool add)
    {
        c = Data + (row * Step) + column;
        step = Step;
        add = !First;
        return true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Finish<TSimd, TVector>(float* tile, int row, int column, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* to = Data + (row * Step) + column;
        for (int i = 0; i < rows; i++, to += Step, tile += TileProduct.TileStep)
        {
            for (int j = 0; j < columns; j += TSimd.Count)
            {
                TVector sum = TSimd.Load(tile + j);
                TSimd.Store(First ? sum : TSimd.Add(TSimd.Load(to + j), sum), to + j);
            }
        }
    }
}
