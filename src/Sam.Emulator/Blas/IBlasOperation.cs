using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>The arguments of an operation of cuBLAS, and what it does.</summary>
internal interface IBlasOperation
{
    /// <summary>Does it and counts it. A pointer to nothing loses the context, as on a device.</summary>
    /// <param name="handle">The handle that it was called with.</param>
    /// <param name="stream">The stream that it runs in.</param>
    void Run(EmulatedCublas handle, EmulatedStream stream);
}

/// <summary>An operation in a graph.</summary>
/// <typeparam name="TOperation">What it is.</typeparam>
internal sealed class BlasWork<TOperation>(EmulatedCublas handle, TOperation operation) : StreamWork
    where TOperation : struct, IBlasOperation
{
    private readonly TOperation _operation = operation;

    internal override CudaGraphNodeType Type => CudaGraphNodeType.Kernel;

    internal override void Run(EmulatedStream stream)
    {
        if (stream.Context.Loss == CudaResult.Success && !stream.IsHung) _operation.Run(handle, stream);
    }

    internal override CudaGraphUpdateResult CanBecome(StreamWork other) =>
        other is BlasWork<TOperation> ? CudaGraphUpdateResult.Success : CudaGraphUpdateResult.UnsupportedFunctionChange;
}
