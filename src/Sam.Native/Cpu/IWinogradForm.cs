namespace Sam.Native.Cpu;

/// <summary>A fast convolution of one dimension, two outputs from r + 1 inputs d and r taps g: y = A' ((G g) * (B' d)), * element by
/// element. Applied along rows and along columns it is one of two dimensions with the square of the products.</summary>
/// <remarks>Operands beyond a form's own number are not looked at. Every method is additions and halvings in a fixed order, so the same
/// bits come out of every register width.</remarks>
internal unsafe interface IWinogradForm
{
    /// <summary>Inputs of a tile: r + 1.</summary>
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

    /// <summary>y = A' m.</summary>
    static abstract void Output<TSimd, TVector>(
        TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5, TVector m6, out TVector y0, out TVector y1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>to[i * step] = (A y)[i] for each product i: the transpose of <see cref="Output"/>, for the weights' gradient.</summary>
    static abstract void Spread<TSimd, TVector>(TVector y0, TVector y1, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>to[i * step] = (G' u)[i] for each tap i: the transpose of <see cref="Weights"/>, for the gradient of the weights.</summary>
    static abstract void Fold<TSimd, TVector>(
        TVector u0, TVector u1, TVector u2, TVector u3, TVector u4, TVector u5, TVector u6, float* to, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
