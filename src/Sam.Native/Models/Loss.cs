namespace Sam.Native;

/// <summary>Which loss a <see cref="Loss"/> is.</summary>
public enum LossKind
{
    /// <summary>Softmax cross-entropy against class indices.</summary>
    CrossEntropy,

    /// <summary>Squared error against real targets.</summary>
    MeanSquaredError,

    /// <summary>The sum of the outputs.</summary>
    Sum,

    /// <summary>A value and a gradient that the caller computed.</summary>
    Custom,
}

/// <summary>A loss with its targets, as the backward pass takes it. Lives on the stack and allocates nothing.</summary>
/// <example>
/// <code>
/// model.Forward(images);
/// float loss = model.Backward(Loss.CrossEntropy(labels, labelSmoothing: 0.1f));
/// </code>
/// </example>
public readonly ref struct Loss
{
    private Loss(LossKind kind, ReadOnlySpan<int> labels, ReadOnlySpan<float> targets, float labelSmoothing, Reduction reduction, float value)
    {
        Kind = kind;
        Labels = labels;
        Targets = targets;
        LabelSmoothing = labelSmoothing;
        Reduction = reduction;
        Value = value;
    }

    /// <summary>The sum of all outputs of the batch: L = sum_ij y_ij, gradient 1 everywhere.</summary>
    public static Loss Sum => new(LossKind.Sum, default, default, 0, Reduction.Sum, 0);

    /// <summary>Which loss this is.</summary>
    public LossKind Kind { get; }

    /// <summary>Class indices, one for each example; empty for the other kinds.</summary>
    public ReadOnlySpan<int> Labels { get; }

    /// <summary>Targets of the squared error, or the gradient of a custom loss, one for each output; empty for the other kinds.</summary>
    public ReadOnlySpan<float> Targets { get; }

    /// <summary>Label smoothing s of the cross-entropy, 0 for the other kinds.</summary>
    public float LabelSmoothing { get; }

    /// <summary>How the examples' losses become one number.</summary>
    public Reduction Reduction { get; }

    /// <summary>The value of a custom loss, 0 for the other kinds.</summary>
    public float Value { get; }

    /// <summary>Softmax cross-entropy from logits z: L_i = -sum_k t_ik log softmax(z_i)_k with t_i = (1 - s) onehot(label_i) + s / K.</summary>
    /// <param name="labels">Class indices in [0, K), one for each example of the batch.</param>
    /// <param name="labelSmoothing">s in [0, 1] (Szegedy et al., CVPR 2016, arXiv:1512.00567).</param>
    /// <param name="reduction">Mean or sum over the examples.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label smoothing is outside [0, 1] or not a number.</exception>
    public static Loss CrossEntropy(ReadOnlySpan<int> labels, float labelSmoothing = 0, Reduction reduction = Reduction.Mean)
    {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing lies in [0, 1].");
        }

        return new Loss(LossKind.CrossEntropy, labels, default, labelSmoothing, reduction, 0);
    }

    /// <summary>Squared error: L = mean or sum over all outputs of (y - target)^2.</summary>
    /// <param name="targets">Targets, one for each output of the batch, in the outputs' order.</param>
    /// <param name="reduction">Mean over all elements, as in torch, or their sum.</param>
    /// <returns>The loss.</returns>
    public static Loss MeanSquaredError(ReadOnlySpan<float> targets, Reduction reduction = Reduction.Mean) =>
        new(LossKind.MeanSquaredError, default, targets, 0, reduction, 0);

    /// <summary>A loss computed by the caller from <see cref="Model.Output"/>.</summary>
    /// <param name="value">The loss.</param>
    /// <param name="outputGradient">Its derivative by each output of the batch, in the outputs' order.</param>
    /// <returns>The loss.</returns>
    public static Loss Custom(float value, ReadOnlySpan<float> outputGradient) =>
        new(LossKind.Custom, default, outputGradient, 0, Reduction.Sum, value);

    /// <summary>The loss of some of the examples.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="outputs">Outputs of one example.</param>
    /// <returns>The same loss with fewer targets.</returns>
    internal Loss Slice(int start, int count, int outputs) => new(
        Kind,
        Labels.IsEmpty ? default : Labels.Slice(start, count),
        Targets.IsEmpty ? default : Targets.Slice(start * outputs, count * outputs),
        LabelSmoothing,
        Reduction,
        Value);
}
