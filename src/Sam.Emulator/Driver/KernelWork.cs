using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A kernel launch with its arguments.</summary>
internal sealed class KernelWork(EmulatedFunction function, KernelLaunch launch, ReadOnlySpan<byte> parameters) : StreamWork
{
    private readonly byte[] _parameters = parameters.ToArray();

    internal override CudaGraphNodeType Type => CudaGraphNodeType.Kernel;

    private EmulatedFunction Function { get; } = function;

    private KernelLaunch Launch { get; } = launch;

    internal override void Run(EmulatedStream stream)
    {
        if (Function.IsAlive)
        {
            stream.Context.RunKernel(stream, Function, Launch, _parameters);
            return;
        }

        string text = $"A graph or deferred work launches kernel {Function.Kernel.Name}, whose module has been unloaded.";
        stream.Context.Instance.Report(new Finding(FindingKind.Kernel, text));
        stream.Context.Lose(CudaResult.IllegalAddress, text);
    }

    internal override CudaGraphUpdateResult CanBecome(StreamWork other) => other is not KernelWork kernel
        ? CudaGraphUpdateResult.NodeTypeChanged
        : kernel.Launch.IsCooperative != Launch.IsCooperative
            ? CudaGraphUpdateResult.AttributesChanged
            : kernel.Function.Context == Function.Context ? CudaGraphUpdateResult.Success : CudaGraphUpdateResult.UnsupportedFunctionChange;
}
