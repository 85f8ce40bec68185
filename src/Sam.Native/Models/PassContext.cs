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

    /// <summary>Which example of the step's batch the first of this pass is: above 0 in later micro-batches.</summary>
    public int FirstExample { get; init; }

    /// <summary>The random numbers of a layer in this step: an example has the same in both passes, and in whatever micro-batch it is.</summary>
    /// <param name="stream">Number of the layer.</param>
    /// <param name="elements">Numbers that each example takes.</param>
    /// <returns>The stream; its first number is that of the first example's first element.</returns>
    public RandomStream Random(uint stream, int elements) => new(Seed, Step, stream) { First = (long)FirstExample * elements };

    /// <summary>Share of a batch in the running statistics while a model takes them anew; 0 otherwise.</summary>
    internal float RenewalShare { get; init; }

    /// <summary>Share of this pass's batch in running statistics: a layer's momentum, or that of the average over all batches while
    /// <see cref="Model.AddToStatistics"/> takes them anew.</summary>
    /// <param name="momentum">The layer's momentum.</param>
    /// <returns>The share.</returns>
    public float StatisticsShare(float momentum) => RenewalShare > 0 ? RenewalShare : momentum;

    /// <summary>Whose gradients somebody reads; null for everybody's.</summary>
    internal GradientNeeds? Needed { get; init; }

    /// <summary>Whether somebody reads the gradient of a parameter: not of a frozen one, nor of one that this pass leaves out.</summary>
    /// <param name="parameter">Its number in the order of the layers, from 0.</param>
    /// <returns>Whether its gradient is to be computed.</returns>
    public bool Needs(int parameter) => Needed is null || Needed[parameter];

    /// <summary>Whether somebody reads the gradient of one of several parameters in a row.</summary>
    /// <param name="first">Number of the first.</param>
    /// <param name="count">How many.</param>
    /// <returns>Whether one of them is needed.</returns>
    public bool NeedsAny(int first, int count) => Needed is null || Needed.Any(first, count);

    /// <summary>Whether somebody reads the gradient of a parameter in front of another: if not, the gradient of the value that lies between
    /// them is not to be computed.</summary>
    /// <param name="parameter">Number of the other.</param>
    /// <returns>Whether one in front of it is needed.</returns>
    public bool NeedsBefore(int parameter) => Needed is null || Needed.First < parameter;

    /// <summary>The address of a parameter's gradient, or null where nobody reads it.</summary>
    /// <param name="parameter">Its number in the order of the layers, from 0.</param>
    /// <param name="offset">Its first element in the arena.</param>
    /// <returns>Where the gradient goes.</returns>
    public DevicePointer<float> Gradient(int parameter, int offset) => Needs(parameter) ? Gradients + offset : default;
}
