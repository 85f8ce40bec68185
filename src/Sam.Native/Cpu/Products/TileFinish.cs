using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The step from block sums S to the result: t = alpha S + beta C for the first block, t = alpha S + C for later ones, then the
/// epilogue after the last.</summary>
/// <remarks>alpha S is rounded alone where there is nothing to add to (beta = 0: C is not read), else it is one fused multiply-add to
/// the rounded beta C. The elements beyond the last whole vector take the same operations one by one, so both give the same bits.</remarks>
internal unsafe struct TileFinish
{
    /// <summary>Where the first element goes, and elements from row to row.</summary>
    public float* C;

    /// <summary>Elements from one row of C to the next.</summary>
    public nint CStep;

    /// <summary>Elements from one column of C to the next.</summary>
    public nint CColumnStep;

    /// <summary>The bias of the tile's first column, or of its first row.</summary>
    public float* Bias;

    /// <summary>The mask's element for the first one of C; its columns lie as those of C do.</summary>
    public float* Mask;

    /// <summary>Elements from one row of the mask to the next.</summary>
    public nint MaskStep;

    /// <summary>Factor of the product.</summary>
    public float Alpha;

    /// <summary>Factor of the old C, applied with the first block.</summary>
    public float Beta;

    /// <summary>What is done after the last block.</summary>
    public Epilogue Kind;

    /// <summary>Whether this is the first block of k.</summary>
    public bool First;

    /// <summary>Whether this is the last block of k.</summary>
    public bool Last;

    /// <summary>Finishes and stores a tile.</summary>
    /// <param name="tile">The block sums.</param>
    /// <param name="tileStep">Elements from one row of the tile to the next.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="columns">Columns of the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Apply<TSimd, TVector>(float* tile, nint tileStep, int rows, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* c = C;
        float* mask = Mask;
        TVector alpha = TSimd.Splat(Alpha);
        TVector beta = TSimd.Splat(Beta);
        bool reads = !First || Beta != 0;
        bool scalesOld = First && Beta != 1;
        Epilogue kind = Last ? Kind : Epilogue.None;
        int whole = CColumnStep == 1 ? columns - (columns % TSimd.Count) : 0;
        if (whole < columns)
        {
            Narrower<TSimd, TVector>(tile, tileStep, rows, whole, columns);
        }

        if (whole == 0)
        {
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            for (int j = 0; j < whole; j += TSimd.Count)
            {
                TVector t = TSimd.Load(tile + j);
                if (reads)
                {
                    TVector old = TSimd.Load(c + j);
                    t = TSimd.FusedMultiplyAdd(alpha, t, scalesOld ? TSimd.Multiply(beta, old) : old);
                }
                else
                {
                    t = TSimd.Multiply(alpha, t);
                }

                switch (kind)
                {
                    case Epilogue.Bias:
                        t = TSimd.Add(t, TSimd.Load(Bias + j));
                        break;
                    case Epilogue.BiasRelu:
                        t = TSimd.Rectify(TSimd.Add(t, TSimd.Load(Bias + j)));
                        break;
                    case Epilogue.BiasRow:
                        t = TSimd.Add(t, TSimd.Splat(Bias[row]));
                        break;
                    case Epilogue.BiasRowRelu:
                        t = TSimd.Rectify(TSimd.Add(t, TSimd.Splat(Bias[row])));
                        break;
                    case Epilogue.Relu:
                        t = TSimd.Rectify(t);
                        break;
                    case Epilogue.ReluMask:
                        t = TSimd.KeepWherePositive(TSimd.Load(mask + j), t);
                        break;
                }

                TSimd.Store(t, c + j);
            }

            tile += tileStep;
            c += CStep;
            mask += MaskStep;
        }
    }

    /// <summary>The columns after the last whole vector: in the next narrower vectors, at last one by one.</summary>
    private readonly void Narrower<TSimd, TVector>(float* tile, nint tileStep, int rows, int from, int to)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (TSimd.Count == 4 || CColumnStep != 1 || to - from < 4)
        {
            OneByOne(tile, tileStep, rows, from, to);
            return;
        }

        TileFinish rest = this;
        rest.C += from;
        rest.Mask += from;
        rest.Bias += Kind is Epilogue.Bias or Epilogue.BiasRelu ? from : 0;
        if (TSimd.Count == 16)
        {
            rest.Apply<Simd256, Vector256<float>>(tile + from, tileStep, rows, to - from);
        }
        else
        {
            rest.Apply<Simd128, Vector128<float>>(tile + from, tileStep, rows, to - from);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void OneByOne(float* tile, nint tileStep, int rows, int from, int to)
    {
        bool reads = !First || Beta != 0;
        bool scalesOld = First && Beta != 1;
        Epilogue kind = Last ? Kind : Epilogue.None;
        for (int row = 0; row < rows; row++)
        {
            for (int j = from; j < to; j++)
            {
                float t = tile[(row * tileStep) + j];
                float* element = C + (row * CStep) + (j * CColumnStep);
                t = reads ? MathF.FusedMultiplyAdd(Alpha, t, scalesOld ? Beta * *element : *element) : Alpha * t;
                if (kind != Epilogue.None)
                {
                    t = Apply(kind, t, row, j, Mask + (row * MaskStep) + (j * CColumnStep));
                }

                *element = t;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Apply(Epilogue kind, float t, int row, int column, float* mask)
    {
        switch (kind)
        {
            case Epilogue.Bias:
                return t + Bias[column];
            case Epilogue.BiasRelu:
                t += Bias[column];
                break;
            case Epilogue.BiasRow:
                return t + Bias[row];
            case Epilogue.BiasRowRelu:
                t += Bias[row];
                break;
            case Epilogue.ReluMask:
                return *mask > 0 ? t : 0f;
        }

        return t < 0 ? 0f : t;
    }
}
