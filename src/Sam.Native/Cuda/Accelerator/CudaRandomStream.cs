namespace Sam.Native.Cuda;

/// <summary>Names a sequence of counter-based random numbers to a kernel: a <see cref="RandomStream"/> whose step is read from the device's memory, so
/// that a graph that is replayed draws the numbers of the step it is replayed for.</summary>
/// <param name="Seed">The model's seed.</param>
/// <param name="Step">Where kernels read the step's number.</param>
/// <param name="Stream">Which of the step's sequences: the number of the layer.</param>
public readonly record struct CudaRandomStream(ulong Seed, DevicePointer<ulong> Step, uint Stream)
{
    /// <summary>Which element of the sequence the first number is that the kernel draws, at least 0.</summary>
    public long First { get; init; }

    /// <summary>A sequence as kernels take it: the step by pointer, since it is another one in every step that replays a graph.</summary>
    /// <param name="device">Whose memory the step's number is put into.</param>
    /// <param name="stream">The sequence.</param>
    /// <returns>The same for kernels.</returns>
    internal static CudaRandomStream Of(CudaAccelerator device, in RandomStream stream) =>
        new(stream.Seed, device.Constants.PutStep(stream.Step), stream.Stream) { First = stream.First };
}
