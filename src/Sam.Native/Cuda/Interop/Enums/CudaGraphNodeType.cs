namespace Sam.Native.Cuda;

/// <summary>What a node of a graph does.</summary>
public enum CudaGraphNodeType
{
    /// <summary>Launches a kernel.</summary>
    Kernel = 0,

    /// <summary>Copies memory.</summary>
    Memcpy = 1,

    /// <summary>Fills memory.</summary>
    Memset = 2,

    /// <summary>Calls a host function.</summary>
    Host = 3,

    /// <summary>Runs another graph.</summary>
    Graph = 4,

    /// <summary>Nothing: a point for dependencies.</summary>
    Empty = 5,

    /// <summary>Waits for an event.</summary>
    WaitEvent = 6,

    /// <summary>Records an event.</summary>
    EventRecord = 7,
}
