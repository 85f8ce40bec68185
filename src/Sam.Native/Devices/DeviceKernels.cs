namespace Sam.Native;

/// <summary>The computations a device offers to layers, losses and optimizers. Generated code calls them in a straight line.</summary>
/// <remarks>
/// Tensors are contiguous, row-major, batch first; pointers lie in the device's memory. Unless said otherwise outputs must not overlap inputs.
/// Arguments are trusted: sizes and addresses were checked when the model was made. On a device with a queue of its own the calls return before
/// the work is done. Every kernel gives the same bits for any number of threads and any vector width.
/// </remarks>
public abstract partial class DeviceKernels
{
    private protected DeviceKernels()
    {
    }

    /// <summary>Linear layer: y[b, o] = sum_i x[b, i] w[o, i] + bias[o], then the activation.</summary>
    /// <param name="batch">Examples B.</param>
    /// <param name="inFeatures">Features I of the input.</param>
    /// <param name="outFeatures">Features O of the output.</param>
    /// <param name="input">x, (B, I).</param>
    /// <param name="weight">w, (O, I).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="output">y, (B, O).</param>
    /// <param name="activation"><see cref="Activation.None"/> or <see cref="Activation.Relu"/>, applied before y is written.</param>
    public abstract void LinearForward(
        int batch, int inFeatures, int outFeatures, DevicePointer<float> input, DevicePointer<float> weight, DevicePointer<float> bias,
        DevicePointer<float> output, Activation activation);

    /// <summary>Gradient of a linear layer by its input: dx[b, i] = sum_o dy[b, o] w[o, i], zeroed where a fused ReLU in front was off.</summary>
    /// <param name="batch">Examples B.</param>
    /// <param name="inFeatures">Features I of the input.</param>
    /// <param name="outFeatures">Features O of the output.</param>
    /// <param name="outputGradient">dy, (B, O).</param>
    /// <param name="weight">w, (O, I).</param>
    /// <param name="inputGradient">dx, (B, I), overwritten.</param>
    /// <param name="reluMask">(B, I): dx is kept where this is greater than 0 and zero elsewhere; null keeps all.</param>
    public abstract void LinearBackwardInput(
        int batch, int inFeatures, int outFeatures, DevicePointer<float> outputGradient, DevicePointer<float> weight,
        DevicePointer<float> inputGradient, DevicePointer<float> reluMask);

    /// <summary>Gradient of a linear layer by its parameters: dw[o, i] = sum_b dy[b, o] x[b, i], db[o] = sum_b dy[b, o].</summary>
    /// <param name="batch">Examples B.</param>
    /// <param name="inFeatures">Features I of the input.</param>
    /// <param name="outFeatures">Features O of the output.</param>
    /// <param name="input">x, (B, I).</param>
    /// <param name="outputGradient">dy, (B, O).</param>
    /// <param name="weightGradient">dw, (O, I), or null.</param>
    /// <param name="biasGradient">db, (O), or null.</param>
    /// <param name="accumulate">Adds to dw and db instead of overwriting them.</param>
    public abstract void LinearBackwardWeight(
        int batch, int inFeatures, int outFeatures, DevicePointer<float> input, DevicePointer<float> outputGradient,
        DevicePointer<float> weightGradient, DevicePointer<float> biasGradient, bool accumulate);

    /// <summary>Makes room for what a convolution needs besides its tensors. Models call it for their convolutions when they are made, so that no pass allocates.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">The largest batch.</param>
    public abstract void PrepareConv2d(in Conv2dShape shape, int batch);

    /// <summary>Two-dimensional convolution (cross-correlation, as in torch) with bias, then the activation.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="weight">(O, C / groups, kernel rows, kernel columns).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="output">(B, O, H', W').</param>
    /// <param name="activation"><see cref="Activation.None"/> or <see cref="Activation.Relu"/>, applied before the output is written.</param>
    public abstract void Conv2dForward(
        in Conv2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> weight, DevicePointer<float> bias,
        DevicePointer<float> output, Activation activation);

    /// <summary>Gradient of a convolution by its input.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="outputGradient">(B, O, H', W').</param>
    /// <param name="weight">(O, C / groups, kernel rows, kernel columns).</param>
    /// <param name="inputGradient">(B, C, H, W).</param>
    /// <param name="reluMask">(B, C, H, W): the gradient is kept where this is greater than 0 and zero elsewhere; null keeps all.</param>
    /// <param name="accumulate">Adds to <paramref name="inputGradient"/> instead of overwriting it; the mask is applied to the sum.</param>
    public abstract void Conv2dBackwardInput(
        in Conv2dShape shape,
        int batch,
        DevicePointer<float> outputGradient,
        DevicePointer<float> weight,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask,
        bool accumulate);

    /// <summary>Gradient of a convolution by its parameters.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="outputGradient">(B, O, H', W').</param>
    /// <param name="weightGradient">(O, C / groups, kernel rows, kernel columns), or null.</param>
    /// <param name="biasGradient">(O), or null.</param>
    /// <param name="accumulate">Adds to the gradients instead of overwriting them.</param>
    public abstract void Conv2dBackwardWeight(
        in Conv2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> outputGradient, DevicePointer<float> weightGradient,
        DevicePointer<float> biasGradient, bool accumulate);

    /// <summary>Maximum over windows; padding never wins, a NaN in a window does.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="output">(B, C, H', W').</param>
    public abstract void MaxPool2dForward(in Pool2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Gradient of <see cref="MaxPool2dForward"/>: each window's gradient goes to its first maximum in row-major order.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="input">The pooled input, (B, C, H, W); the maxima are found again in it.</param>
    /// <param name="outputGradient">(B, C, H', W').</param>
    /// <param name="inputGradient">(B, C, H, W), overwritten.</param>
    /// <param name="reluMask">Whether the input is the output of a fused ReLU, so that the gradient is zero where the input is not greater than 0.</param>
    public abstract void MaxPool2dBackward(
        in Pool2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> outputGradient, DevicePointer<float> inputGradient, bool reluMask);

    /// <summary>Mean over windows.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="countIncludePad">Whether padding counts in the divisor, torch's default.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="output">(B, C, H', W').</param>
    public abstract void AvgPool2dForward(in Pool2dShape shape, int batch, bool countIncludePad, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Gradient of <see cref="AvgPool2dForward"/>.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <param name="countIncludePad">Whether padding counts in the divisor.</param>
    /// <param name="outputGradient">(B, C, H', W').</param>
    /// <param name="inputGradient">(B, C, H, W), overwritten.</param>
    /// <param name="reluMask">(B, C, H, W): the gradient is kept where this is greater than 0; null keeps all.</param>
    public abstract void AvgPool2dBackward(
        in Pool2dShape shape, int batch, bool countIncludePad, DevicePointer<float> outputGradient, DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask);

    /// <summary>An activation, element by element; x and y may be the same.</summary>
    /// <param name="activation">Which one.</param>
    /// <param name="count">Elements.</param>
    /// <param name="input">x.</param>
    /// <param name="output">y.</param>
    public abstract void ActivationForward(Activation activation, long count, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Gradient of an activation: dx = dy f'(x); dy and dx may be the same.</summary>
    /// <param name="activation">Which one. ReLU, tanh and sigmoid read y only, GELU and SiLU x only: the other pointer may be null.</param>
    /// <param name="count">Elements.</param>
    /// <param name="input">x.</param>
    /// <param name="output">y.</param>
    /// <param name="outputGradient">dy.</param>
    /// <param name="inputGradient">dx.</param>
    public abstract void ActivationBackward(
        Activation activation, long count, DevicePointer<float> input, DevicePointer<float> output, DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient);

    /// <summary>Dropout: y[i] = x[i] / (1 - p) where the i-th number of the stream keeps it, else 0; x and y may be the same.
    /// Applied to a gradient it is its own backward pass, since the mask is a function of the stream alone.</summary>
    /// <param name="probability">p in [0, 1), the share that is dropped (Srivastava et al., JMLR 2014).</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="count">Elements.</param>
    /// <param name="input">x.</param>
    /// <param name="output">y.</param>
    public abstract void Dropout(float probability, RandomStream stream, long count, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Softmax cross-entropy and its gradient in one pass: L = c sum_b -sum_k t_bk log softmax(z_b)_k, dz = c (softmax(z) - t),
    /// with t = (1 - s) onehot + s / K and c = 1 / B for the mean, 1 for the sum.</summary>
    /// <param name="batch">Examples B.</param>
    /// <param name="classes">Classes K.</param>
    /// <param name="logits">z, (B, K).</param>
    /// <param name="labels">(B), each in [0, K).</param>
    /// <param name="labelSmoothing">s in [0, 1].</param>
    /// <param name="reduction">Mean or sum over the examples.</param>
    /// <param name="logitsGradient">dz, (B, K).</param>
    /// <param name="loss">L, one double; summed in double.</param>
    public abstract void SoftmaxCrossEntropy(
        int batch, int classes, DevicePointer<float> logits, DevicePointer<int> labels, float labelSmoothing, Reduction reduction,
        DevicePointer<float> logitsGradient, DevicePointer<double> loss);

    /// <summary>Squared error and its gradient in one pass: L = c sum_i (y_i - t_i)^2, dy = 2 c (y - t), with c = 1 / count for the mean, 1 for the sum.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="output">y.</param>
    /// <param name="target">t.</param>
    /// <param name="reduction">Mean or sum over the elements.</param>
    /// <param name="outputGradient">dy.</param>
    /// <param name="loss">L, one double; summed in double.</param>
    public abstract void SquaredError(
        long count, DevicePointer<float> output, DevicePointer<float> target, Reduction reduction, DevicePointer<float> outputGradient,
        DevicePointer<double> loss);

    /// <summary>Sum of elements in double, in an order that depends on the count alone.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="input">The elements.</param>
    /// <param name="result">One double.</param>
    public abstract void Sum(long count, DevicePointer<float> input, DevicePointer<double> result);

    /// <summary>Sets every element to a value.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="value">The value.</param>
    /// <param name="output">Overwritten.</param>
    public abstract void Fill(long count, float value, DevicePointer<float> output);

    /// <summary>Copies elements.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="input">Read.</param>
    /// <param name="output">Overwritten.</param>
    public abstract void Copy(long count, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Adds element by element: y[i] += x[i].</summary>
    /// <param name="count">Elements.</param>
    /// <param name="input">x.</param>
    /// <param name="output">y.</param>
    public abstract void Add(long count, DevicePointer<float> input, DevicePointer<float> output);

    /// <summary>Uniform random numbers: y[i] = low + (high - low) u_i with u_i in [0, 1), a function of the stream and i alone.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="output">y.</param>
    public abstract void FillUniform(long count, float low, float high, RandomStream stream, DevicePointer<float> output);

    /// <summary>Normal random numbers with the given mean and standard deviation, a function of the stream and i alone.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="output">y.</param>
    public abstract void FillNormal(long count, float mean, float deviation, RandomStream stream, DevicePointer<float> output);
}
