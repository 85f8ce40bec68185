namespace Sam.Native.Cpu;

/// <summary>A fast convolution of one dimension, m outputs from m + r - 1 inputs d and r taps g: y = A' ((G g) * (B' d)), * element by
/// element. Applied along rows and along columns it is one of two dimensions with the square of the products. The transposes of its
/// matrices make the weight gradient.</summary>
/// <remarks>Operands beyond a form's own number are not looked at. Every method is additions, multiplications and fused multiply-adds in a
/// fixed order, so the same bits come out of every register width.</remarks>
internal unsafe interface IWinogradForm
{
    /// <summary>Outputs of a tile: m.</summary>
    static abstract int Outputs { get; }

    /// <summary>Inputs of a tile: m + r - 1.</summary>
    static abstract int Inputs { get; }

    /// <summary>Products of a tile.</summary>
    static abstract int Products { get; }

    /// <summary>Taps: r.</summary>
    static abstract int Taps { get; }

    /// <summary>to[i * step] = (B' d)[i] for each product i.</summary>
    static abstract void Input<TSimd, TVector>(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>to[i * step] = (G g)[i] for each product i.</summary>
    static abstract void Weights<TSimd, TVector>(TVector g0, TVector g1, TVector g2, TVector g3, TVector g4, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>to[i * step] = (A' m)[i] for each output i.</summary>
    static abstract void Output<TSimd, TVector>(
        TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>to[i * step] = (A y)[i] for each product i.</summary>
    static abstract void Spread<TSimd, TVector>(TVector y0, TVector y1, TVector y2, TVector y3, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>to[i * step] = (G' u)[i] for each tap i.</summary>
    static abstract void Fold<TSimd, TVector>(
        TVector u0, TVector u1, TVector u2, TVector u3, TVector u4, TVector u5, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
