using System.Runtime.CompilerServices;

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
    public void Apply<TSimd, TVector>(float* tile, nint tileStep, int rows, int columns)
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
        nint columnStep = CColumnStep;
        int whole = columnStep == 1 ? columns - (columns % TSimd.Count) : 0;
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

            for (int j = whole; j < columns; j++)
            {
                float t = tile[j];
                float* element = c + (j * columnStep);
                t = reads ? MathF.FusedMultiplyAdd(Alpha, t, scalesOld ? Beta * *element : *element) : Alpha * t;
                if (kind != Epilogue.None)
                {
                    t = Apply(kind, t, row, j, mask + (j * columnStep));
                }

                *element = t;
            }

            tile += tileStep;
            c += CStep;
            mask += MaskStep;
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
