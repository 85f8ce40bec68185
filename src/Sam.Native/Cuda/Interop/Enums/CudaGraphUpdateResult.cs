namespace Sam.Native.Cuda;

/// <summary>Why an instantiated graph could not take a new graph (CUgraphExecUpdateResult).</summary>
public enum CudaGraphUpdateResult
{
    /// <summary>It took it.</summary>
    Success = 0,

    /// <summary>The call itself failed.</summary>
    Error = 1,

    /// <summary>Nodes or dependencies differ.</summary>
    TopologyChanged = 2,

    /// <summary>A node does something else.</summary>
    NodeTypeChanged = 3,

    /// <summary>A kernel node runs a function that it cannot change to.</summary>
    FunctionChanged = 4,

    /// <summary>A parameter changed that cannot.</summary>
    ParametersChanged = 5,

    /// <summary>A node cannot be updated.</summary>
    NotSupported = 6,

    /// <summary>A kernel node's function changed in a way that is not supported.</summary>
    UnsupportedFunctionChange = 7,

    /// <summary>A node's attributes changed in a way that is not supported.</summary>
    AttributesChanged = 8,
}
