namespace Sam.Native;

/// <summary>What generated forward and backward code works on: the device's kernels and the addresses of the arenas.</summary>
/// <param name="Kernels">The device's kernels.</param>
/// <param name="Batch">Examples in this pass, 1 to <paramref name="Capacity"/>.</param>
/// <param name="Capacity">Examples the model was made for: a value with offset o (for one example) lies at o * Capacity.</param>
/// <param name="Weights">The weight arena.</param>
/// <param name="Gradients">The gradient arena, laid out as the weights.</param>
/// <param name="Activations">The activation block.</param>
/// <param name="Buffers">The buffer memory: running statistics, and what batch normalisation keeps between its passes.</param>
/// <param name="Training">Whether layers that behave differently in training (dropout, batch normalisation) do.</param>
/// <param name="UpdateStatistics">Whether running statistics move: in training, in the pass at the unperturbed weights only.</param>
/// <param name="Accumulate">Whether the backward pass adds to the gradients (true) or overwrites them (false).</param>
/// <param name="Seed">The model's seed, key of its random numbers.</param>
/// <param name="Step">The step's number, counter of its random numbers: both passes of a step see the same.</param>
public readonly record struct PassContext(
    DeviceKernels Kernels,
    int Batch,
    int Capacity,
    DevicePointer<float> Weights,
    DevicePointer<float> Gradients,
    DevicePointer<float> Activations,
    DevicePointer<float> Buffers,
    bool Training,
    bool UpdateStatistics,
    bool Accumulate,
    ulong Seed,
    ulong Step)
{
    /// <summary>The address of a value in the activation block.</summary>
    /// <param name="offset">Its offset in elements for one example.</param>
    /// <returns>Where its first example lies.</returns>
    public DevicePointer<float> At(long offset) => Activations + (offset * Capacity);
}
