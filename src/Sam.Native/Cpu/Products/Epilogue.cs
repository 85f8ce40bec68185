namespace Sam.Native.Cpu;

/// <summary>What is done to an element of a product before it is stored, once, after the last block of k.</summary>
internal enum Epilogue
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>t + bias[j].</summary>
    Bias,

    /// <summary>relu(t + bias[j]).</summary>
    BiasRelu,

    /// <summary>t + bias[i].</summary>
    BiasRow,

    /// <summary>relu(t + bias[i]).</summary>
    BiasRowRelu,

    /// <summary>relu(t).</summary>
    Relu,

    /// <summary>t where mask[i, j] is above 0, else 0.</summary>
    ReluMask,
}
