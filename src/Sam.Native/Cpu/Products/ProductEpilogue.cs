namespace Sam.Native.Cpu;

/// <summary>An epilogue and its operands. relu(t) is 0 where t is below 0, else t: NaN stays NaN.</summary>
internal readonly unsafe struct ProductEpilogue
{
    /// <summary>Describes an epilogue.</summary>
    /// <param name="kind">What is done.</param>
    /// <param name="bias">One element for each column, or for each row; used by the kinds that add one.</param>
    /// <param name="mask">A matrix of the result's shape; used by <see cref="Epilogue.ReluMask"/>.</param>
    /// <param name="maskStride">Elements from one row of the mask to the next.</param>
    public ProductEpilogue(Epilogue kind, float* bias = null, float* mask = null, int maskStride = 0)
    {
        Kind = kind;
        Bias = bias;
        Mask = mask;
        MaskStride = maskStride;
    }

    /// <summary>What is done.</summary>
    public Epilogue Kind { get; }

    /// <summary>The bias, for each column or each row.</summary>
    public float* Bias { get; }

    /// <summary>The mask.</summary>
    public float* Mask { get; }

    /// <summary>Elements from one row of the mask to the next.</summary>
    public int MaskStride { get; }
}
