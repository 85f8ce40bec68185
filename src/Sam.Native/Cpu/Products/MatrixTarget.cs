using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>A row-major matrix as the target of a product.</summary>
internal unsafe struct MatrixTarget : ITileTarget
{
    /// <summary>The matrix.</summary>
    public float* C;

    /// <summary>Elements from one row of C to the next.</summary>
    public nint Step;

    /// <summary>What is done to every element.</summary>
    public ProductEpilogue Epilogue;

    /// <summary>Factor of the product.</summary>
    public float Alpha;

    /// <summary>Factor of the old C.</summary>
    public float Beta;

    /// <summary>Whether this is the first block of k.</summary>
    public bool First;

    /// <summary>Whether this is the last block of k.</summary>
    public bool Last;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryDirect(int row, int column, int columns, out float* c, out nint step, out bool add)
    {
        c = C + (row * Step) + column;
        step = Step;
        add = !First || Beta != 0;
        return Alpha == 1 && (!First || Beta is 0 or 1) && (!Last || Epilogue.Kind == Cpu.Epilogue.None);
    }

    /// <inheritdoc/>
    public readonly void Finish<TSimd, TVector>(float* tile, int row, int column, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        bool rowBias = Epilogue.Kind is Cpu.Epilogue.BiasRow or Cpu.Epilogue.BiasRowRelu;
        TileFinish finish = new()
        {
            C = C + (row * Step) + column,
            CStep = Step,
            CColumnStep = 1,
            Bias = Epilogue.Bias + (rowBias ? row : column),
            Mask = Epilogue.Mask + ((nint)row * Epilogue.MaskStride) + column,
            MaskStep = Epilogue.MaskStride,
            Alpha = Alpha,
            Beta = Beta,
            Kind = Epilogue.Kind,
            First = First,
            Last = Last,
        };
        finish.Apply<TSimd, TVector>(tile, TileProduct.TileStep, rows, columns);
    }
}
