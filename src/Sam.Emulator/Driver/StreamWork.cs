using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>One piece of work as a graph keeps it. Does not change once made.</summary>
internal abstract class StreamWork
{
    /// <summary>What <c>cuGraphNodeGetType</c> says.</summary>
    internal abstract CudaGraphNodeType Type { get; }

    /// <summary>Does it.</summary>
    /// <param name="stream">The stream that it runs in.</param>
    internal abstract void Run(EmulatedStream stream);

    /// <summary>Whether an instantiated graph may do other work of the same type instead.</summary>
    /// <param name="other">That work.</param>
    /// <returns>Success, or why not.</returns>
    internal virtual CudaGraphUpdateResult CanBecome(StreamWork other) => CudaGraphUpdateResult.Success;
}
