namespace Sam.Native;

public abstract partial class DeviceKernels
{
    /// <summary>Batch normalisation: y = f(gamma (x - mean) / sqrt(variance + epsilon) + beta + shortcut), channel by channel, with the
    /// mean and the
    /// biased variance over the batch and the plane (Ioffe and Szegedy, ICML 2015, arXiv:1502.03167). Shortcut and activation f are
    /// optional.</summary>
    /// <param name="settings">Epsilon, momentum, which statistics, activation.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="size">Elements S of one channel of one example: rows times columns, or 1 after a linear layer.</param>
    /// <param name="input">x, (B, C, S); kept for the backward pass.</param>
    /// <param name="scale">gamma, (C), or null for 1.</param>
    /// <param name="shift">beta, (C), or null for 0.</param>
    /// <param name="shortcut">(B, C, S), added before the activation; null adds nothing.</param>
    /// <param name="statistics">Running statistics to read or to move: running = (1 - momentum) running + momentum batch, the variance
    /// unbiased as in torch,
    /// the count of batches by one; a cumulative average has the momentum 1 / count, this batch counted. Statistics that are not finite move
    /// nothing but the count.</param>
    /// <param name="output">y, (B, C, S); may be <paramref name="shortcut"/>.</param>
    /// <param name="mean">(C): takes the mean that was used, for the backward pass.</param>
    /// <param name="inverseDeviation">(C): takes 1 / sqrt(variance + epsilon).</param>
    public abstract void BatchNormForward(
        in BatchNormSettings settings,
        int batch,
        int channels,
        int size,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> shortcut,
        in RunningStatistics statistics,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation);

    /// <summary>Gradients of <see cref="BatchNormForward"/>. With h = (x - mean) inverseDeviation and g the output's gradient behind the
    /// activation:
    /// dbeta = sum g, dgamma = sum g h, dx = gamma inverseDeviation (g - dbeta / N - h dgamma / N), the last two terms with the batch's
    /// statistics only.</summary>
    /// <param name="settings">The forward pass's.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="size">Elements S of one channel of one example.</param>
    /// <param name="input">x, (B, C, S).</param>
    /// <param name="scale">gamma, (C), as in the forward pass, or null for 1.</param>
    /// <param name="shift">beta, (C), as in the forward pass, or null for 0.</param>
    /// <param name="output">y, (B, C, S): tells where a fused ReLU was on; null after a forward pass without shortcut, where x tells it
    /// too.</param>
    /// <param name="outputGradient">dy, (B, C, S).</param>
    /// <param name="mean">The forward pass's, (C).</param>
    /// <param name="inverseDeviation">The forward pass's, (C).</param>
    /// <param name="addedGradient">(B, C, S): the gradient that x has from another layer that reads it, added to dx; may be dx, dy or
    /// <paramref name="shortcutGradient"/>, which then is added as this call leaves it. Null adds nothing.</param>
    /// <param name="inputGradient">dx, (B, C, S), overwritten; may be dy, not <paramref name="shortcutGradient"/>. Null where nobody needs
    /// it.</param>
    /// <param name="scaleGradient">dgamma, (C), or null.</param>
    /// <param name="shiftGradient">dbeta, (C), or null.</param>
    /// <param name="shortcutGradient">(B, C, S): takes g, the gradient of the shortcut; may be dy where dx is not. Null writes
    /// none.</param>
    /// <param name="accumulate">Adds to dgamma and dbeta instead of overwriting them.</param>
    public abstract void BatchNormBackward(
        in BatchNormSettings settings,
        int batch,
        int channels,
        int size,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> outputGradient,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation,
        DevicePointer<float> addedGradient,
        DevicePointer<float> inputGradient,
        DevicePointer<float> scaleGradient,
        DevicePointer<float> shiftGradient,
        DevicePointer<float> shortcutGradient,
        bool accumulate);

    /// <summary>Layer normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, row by row, with the row's mean and biased
    /// variance
    /// (Ba, Kiros, Hinton, arXiv:1607.06450).</summary>
    /// <param name="rows">Rows R: examples times the dimensions that are not normalised.</param>
    /// <param name="columns">Elements L of a row.</param>
    /// <param name="epsilon">Added to the variance, greater than 0.</param>
    /// <param name="input">x, (R, L).</param>
    /// <param name="scale">gamma, (L), or null for 1.</param>
    /// <param name="shift">beta, (L), or null for 0.</param>
    /// <param name="output">y, (R, L).</param>
    /// <param name="mean">(R): takes the means, for the backward pass.</param>
    /// <param name="inverseDeviation">(R): takes 1 / sqrt(variance + epsilon).</param>
    public abstract void LayerNormForward(
        int rows,
        int columns,
        float epsilon,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation);

    /// <summary>Gradients of <see cref="LayerNormForward"/>. With h = (x - mean) inverseDeviation and g = dy gamma:
    /// dx = inverseDeviation (g - mean(g) - h mean(g h)), dgamma = sum over rows of dy h, dbeta = sum over rows of dy.</summary>
    /// <param name="rows">Rows R.</param>
    /// <param name="columns">Elements L of a row.</param>
    /// <param name="input">x, (R, L).</param>
    /// <param name="scale">gamma, (L), or null for 1.</param>
    /// <param name="outputGradient">dy, (R, L).</param>
    /// <param name="mean">The forward pass's, (R).</param>
    /// <param name="inverseDeviation">The forward pass's, (R).</param>
    /// <param name="inputGradient">dx, (R, L), overwritten; may be dy. Null where nobody needs it.</param>
    /// <param name="scaleGradient">dgamma, (L), or null.</param>
    /// <param name="shiftGradient">dbeta, (L), or null.</param>
    /// <param name="accumulate">Adds to dgamma and dbeta instead of overwriting them.</param>
    public abstract void LayerNormBackward(
        int rows,
        int columns,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> outputGradient,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation,
        DevicePointer<float> inputGradient,
        DevicePointer<float> scaleGradient,
        DevicePointer<float> shiftGradient,
        bool accumulate);

    /// <summary>Group normalisation: the channels of an example are normalised in groups of neighbours, each with its own mean and biased
    /// variance, then
    /// scaled and shifted channel by channel (Wu and He, ECCV 2018, arXiv:1803.08494).</summary>
    /// <param name="batch">Examples B.</param>
    /// <param name="channels">Channels C, a multiple of <paramref name="groups"/>.</param>
    /// <param name="size">Elements S of one channel of one example.</param>
    /// <param name="groups">Groups G.</param>
    /// <param name="epsilon">Added to the variance, greater than 0.</param>
    /// <param name="input">x, (B, C, S).</param>
    /// <param name="scale">gamma, (C), or null for 1.</param>
    /// <param name="shift">beta, (C), or null for 0.</param>
    /// <param name="output">y, (B, C, S).</param>
    /// <param name="mean">(B, G): takes the means, for the backward pass.</param>
    /// <param name="inverseDeviation">(B, G): takes 1 / sqrt(variance + epsilon).</param>
    public abstract void GroupNormForward(
        int batch,
        int channels,
        int size,
        int groups,
        float epsilon,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> shift,
        DevicePointer<float> output,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation);

    /// <summary>Gradients of <see cref="GroupNormForward"/>, by the formulas of <see cref="LayerNormBackward"/> for each group.</summary>
    /// <param name="batch">Examples B.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="size">Elements S of one channel of one example.</param>
    /// <param name="groups">Groups G.</param>
    /// <param name="input">x, (B, C, S).</param>
    /// <param name="scale">gamma, (C), or null for 1.</param>
    /// <param name="outputGradient">dy, (B, C, S).</param>
    /// <param name="mean">The forward pass's, (B, G).</param>
    /// <param name="inverseDeviation">The forward pass's, (B, G).</param>
    /// <param name="inputGradient">dx, (B, C, S), overwritten; may be dy. Null where nobody needs it.</param>
    /// <param name="scaleGradient">dgamma, (C), or null.</param>
    /// <param name="shiftGradient">dbeta, (C), or null.</param>
    /// <param name="accumulate">Adds to dgamma and dbeta instead of overwriting them.</param>
    public abstract void GroupNormBackward(
        int batch,
        int channels,
        int size,
        int groups,
        DevicePointer<float> input,
        DevicePointer<float> scale,
        DevicePointer<float> outputGradient,
        DevicePointer<float> mean,
        DevicePointer<float> inverseDeviation,
        DevicePointer<float> inputGradient,
        DevicePointer<float> scaleGradient,
        DevicePointer<float> shiftGradient,
        bool accumulate);

    /// <summary>Average pooling to a given size, as torch's adaptive pooling: output row i is the mean of input rows floor(i H / H') to
    /// ceil((i + 1) H / H') - 1, columns likewise. An output of 1 by 1 is global average pooling.</summary>
    /// <param name="planes">Planes: examples times channels.</param>
    /// <param name="height">Rows H of the input.</param>
    /// <param name="width">Columns W of the input.</param>
    /// <param name="outHeight">Rows H' of the output.</param>
    /// <param name="outWidth">Columns W' of the output.</param>
    /// <param name="input">(planes, H, W).</param>
    /// <param name="output">(planes, H', W').</param>
    public abstract void AdaptiveAvgPool2dForward(
        int planes, int height, int width, int outHeight, int outWidth, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Gradient of <see cref="AdaptiveAvgPool2dForward"/>.</summary>
    /// <param name="planes">Planes: examples times channels.</param>
    /// <param name="height">Rows H of the input.</param>
    /// <param name="width">Columns W of the input.</param>
    /// <param name="outHeight">Rows H' of the output.</param>
    /// <param name="outWidth">Columns W' of the output.</param>
    /// <param name="outputGradient">(planes, H', W').</param>
    /// <param name="inputGradient">(planes, H, W), overwritten.</param>
    /// <param name="reluMask">(planes, H, W): the gradient is kept where this is greater than 0; null keeps all.</param>
    public abstract void AdaptiveAvgPool2dBackward(
        int planes,
        int height,
        int width,
        int outHeight,
        int outWidth,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask);

    /// <summary>Sum of two tensors, then the activation: y[i] = f(a[i] + b[i]). y may be a or b.</summary>
    /// <param name="activation"><see cref="Activation.None"/> or <see cref="Activation.Relu"/>.</param>
    /// <param name="count">Elements.</param>
    /// <param name="left">a.</param>
    /// <param name="right">b.</param>
    /// <param name="output">y.</param>
    public abstract void AddForward(
        Activation activation, long count, DevicePointer<float> left, DevicePointer<float> right, DevicePointer<float> output);
}

/// <summary>The running statistics of a batch normalisation: buffers that move in training and normalise in evaluation.</summary>
/// <param name="Mean">running_mean, (C), or null where none are kept: then the batch's statistics have to normalise always.</param>
/// <param name="Variance">running_var, (C), or null.</param>
/// <param name="BatchCount">num_batches_tracked, one integer, or null.</param>
public readonly record struct RunningStatistics(DevicePointer<float> Mean, DevicePointer<float> Variance, DevicePointer<long> BatchCount);
