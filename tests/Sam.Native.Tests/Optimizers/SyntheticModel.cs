using Sam.Tests;

namespace Sam.Native.Tests.Optimizers;

/// <summary>A model of a few tensors of every role whose loss is a formula instead of layers: L(w) = sum a w^2 / 2 + c w + b w_i
/// w_(i+1).</summary>
/// <remarks>c depends on the step, so that gradients differ from batch to batch; they stay away from zero, so that no sign hangs on
/// rounding.</remarks>
internal sealed class SyntheticModel(Device device, ulong seed = SyntheticModel.DefaultSeed) : Model(device, 4, seed, Describe())
{
    public const ulong DefaultSeed = 7;
    public const double Coupling = 0.05;

    // Sizes that end in the middle of a register, and one above a piece.
    public static readonly (string Name, int Count, ParameterRole Role)[] Tensors =
    [
        ("fc1.weight", 3 * 37, ParameterRole.Weight),
        ("fc1.bias", 3, ParameterRole.Bias),
        ("bn.weight", 16, ParameterRole.NormalizationScale),
        ("bn.bias", 16, ParameterRole.NormalizationShift),
        ("fc2.weight", 517, ParameterRole.Weight),
        ("fc2.bias", 5, ParameterRole.Bias),
    ];

    /// <summary>Shape of a tensor: weights are matrices.</summary>
    public static Shape ShapeOf(int tensor) => Tensors[tensor].Name switch
    {
        "fc1.weight" => new Shape(3, 37),
        "fc2.weight" => new Shape(11, 47),
        _ => new Shape(Tensors[tensor].Count),
    };

    /// <summary>Start values of a tensor, from -1 to 1, exact in single precision.</summary>
    public static double[] Start(int tensor) =>
        [.. Enumerable.Range(0, Tensors[tensor].Count).Select(i => (double)(float)(Hash(tensor, i, 1) * 2 - 1))];

    /// <summary>The loss at some weights.</summary>
    public static double Loss(double[][] weights, int step)
    {
        double loss = 0;
        for (int t = 0; t < weights.Length; t++)
        {
            double[] w = weights[t];
            for (int i = 0; i < w.Length; i++)
            {
                loss += (Curvature(t, i) * w[i] * w[i] / 2) + (Slope(t, i, step) * w[i]) + (i > 0 ? Coupling * w[i] * w[i - 1] : 0);
            }
        }

        return loss;
    }

    /// <summary>The gradient at some weights.</summary>
    public static double[][] Gradient(double[][] weights, int step)
    {
        double[][] gradient = new double[weights.Length][];
        for (int t = 0; t < weights.Length; t++)
        {
            double[] w = weights[t];
            gradient[t] = new double[w.Length];
            for (int i = 0; i < w.Length; i++)
            {
                gradient[t][i] = (Curvature(t, i) * w[i]) + Slope(t, i, step) + (i > 0 ? Coupling * w[i - 1] : 0) + (i + 1 < w.Length
                    ? Coupling * w[i + 1] : 0);
            }
        }

        return gradient;
    }

    /// <summary>The weights as they are.</summary>
    public double[][] Weights()
    {
        double[][] weights = new double[Tensors.Length][];
        for (int t = 0; t < weights.Length; t++)
        {
            weights[t] = [.. Parameters[t].Copy().Select(static value => (double)value)];
        }

        return weights;
    }

    public void Reset()
    {
        for (int t = 0; t < Tensors.Length; t++)
        {
            Parameters[t].Write([.. Start(t).Select(static value => (float)value)]);
        }
    }

    /// <summary>Computes loss and gradient at the present weights, as a closure of a step.</summary>
    public float Run(int step, double scale = 1)
    {
        double[][] weights = Weights();
        double[][] gradient = Gradient(weights, step);
        ZeroGradients();
        for (int t = 0; t < gradient.Length; t++)
        {
            Device.Upload<float>([.. gradient[t].Select(value => (float)(value * scale))], Parameters[t].GradientPointer);
        }

        return (float)Loss(weights, step);
    }

    protected override void ForwardCore(in PassContext pass)
    {
    }

    protected override void BackwardCore(in PassContext pass)
    {
    }

    private static double Curvature(int tensor, int i) => 0.2 + (0.3 * Hash(tensor, i, 2));

    private static double Slope(int tensor, int i, int step)
    {
        double side = Hash(tensor, i, 3) < 0.5 ? -1 : 1;
        return side * (1 + (0.5 * Hash(tensor, i, 100 + step)));
    }

    private static double Hash(int tensor, int i, int kind)
    {
        ulong x = ((ulong)tensor * 1_000_003) + ((ulong)i * 97) + ((ulong)kind * 0x9E3779B97F4A7C15);
        x = (x ^ (x >> 31)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return ((x ^ (x >> 31)) >> 40) / (double)(1 << 24);
    }

    private static ModelLayout Describe()
    {
        List<ParameterInfo> parameters = [];
        int offset = 0;
        for (int t = 0; t < Tensors.Length; t++)
        {
            (string name, int count, ParameterRole role) = Tensors[t];
            parameters.Add(new ParameterInfo(name, ShapeOf(t), offset, role, Initializer.Constant(0)));
            offset += (count + 15) & ~15;
        }

        return new ModelLayout
        {
            Name = "Synthetic",
            InputShape = new Shape(1),
            OutputShape = new Shape(1),
            Parameters = [.. parameters],
            Layers = [],
            ArenaCount = offset,
            ActivationCount = 48,
            InputOffset = 0,
            OutputOffset = 16,
            OutputGradientOffset = 32,
        };
    }
}
