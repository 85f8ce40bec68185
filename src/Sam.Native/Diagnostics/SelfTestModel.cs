namespace Sam.Native;

/// <summary>A perceptron 12-16-5 for self-tests of whole steps.</summary>
internal sealed class SelfTestModel(Device device) : Model(device, Examples, seed: 3, s_layout)
{
    /// <summary>Examples of the batch.</summary>
    public const int Examples = 8;

    private const int Inputs = 12, Hidden = 16, Classes = 5;
    private const int Weight1 = 0, Bias1 = 192, Weight2 = 208, Bias2 = 288, Arena = 304;
    private const int Input = 0, Activations = 16, Logits = 32, OutputGradient = 48, ActivationGradient = 64, Block = 80;

    private static readonly ModelLayout s_layout = new()
    {
        Name = "SelfTest",
        InputShape = new Shape(Inputs),
        OutputShape = new Shape(Classes),
        Parameters =
        [
            new ParameterInfo("fc1.weight", new Shape(Hidden, Inputs), Weight1, ParameterRole.Weight, Initializer.KaimingUniform(Inputs)),
            new ParameterInfo("fc1.bias", new Shape(Hidden), Bias1, ParameterRole.Bias, Initializer.KaimingUniform(Inputs)),
            new ParameterInfo("fc2.weight", new Shape(Classes, Hidden), Weight2, ParameterRole.Weight, Initializer.KaimingUniform(Hidden)),
            new ParameterInfo("fc2.bias", new Shape(Classes), Bias2, ParameterRole.Bias, Initializer.KaimingUniform(Hidden)),
        ],
        Layers = [],
        ArenaCount = Arena,
        ActivationCount = Block,
        InputOffset = Input,
        OutputOffset = Logits,
        OutputGradientOffset = OutputGradient,
    };

    /// <summary>A batch of images and labels.</summary>
    /// <param name="seed">Which one.</param>
    public static (float[] Input, int[] Labels) Batch(int seed)
    {
        Random random = new(seed);
        float[] input = new float[Examples * Inputs];
        int[] labels = new int[Examples];
        for (int i = 0; i < input.Length; i++) input[i] = (2 * random.NextSingle()) - 1;
        for (int i = 0; i < labels.Length; i++) labels[i] = random.Next(Classes);
        return (input, labels);
    }

    /// <summary>All weights, in the order of the layers.</summary>
    public double[] Weights()
    {
        List<double> weights = [];
        foreach (Parameter parameter in Parameters)
        {
            float[] values = new float[parameter.Count];
            parameter.Read(values);
            foreach (float value in values) weights.Add(value);
        }

        return [.. weights];
    }

    protected override void ForwardCore(in PassContext pass)
    {
        pass.Kernels.LinearForward(
            pass.Batch, Inputs, Hidden, pass.At(Input), pass.Weights + Weight1, pass.Weights + Bias1, pass.At(Activations), Activation.Relu);
        pass.Kernels.LinearForward(
            pass.Batch, Hidden, Classes, pass.At(Activations), pass.Weights + Weight2, pass.Weights + Bias2, pass.At(Logits), Activation.None);
    }

    protected override void BackwardCore(in PassContext pass)
    {
        pass.Kernels.LinearBackwardWeight(
            pass.Batch, Hidden, Classes, pass.At(Activations), pass.At(OutputGradient), pass.Gradients + Weight2, pass.Gradients + Bias2, pass.Accumulate);
        pass.Kernels.LinearBackwardInput(
            pass.Batch, Hidden, Classes, pass.At(OutputGradient), pass.Weights + Weight2, pass.At(ActivationGradient), pass.At(Activations));
        pass.Kernels.LinearBackwardWeight(
            pass.Batch, Inputs, Hidden, pass.At(Input), pass.At(ActivationGradient), pass.Gradients + Weight1, pass.Gradients + Bias1, pass.Accumulate);
    }
}
