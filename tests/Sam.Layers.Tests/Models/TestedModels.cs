using Sam.Native;

namespace Sam.Layers.Tests.Models;

[Model("2x7x6")]
[Conv2d("conv1", 4, 3, Padding = 1), Relu, MaxPool2d(2)]
[Conv2d("conv2", 6, 2, 3, StrideHeight = 2, PaddingWidth = 2, DilationWidth = 2, Groups = 2, Bias = false), Gelu]
[Flatten, Linear("fc1", 5), Relu, Linear("fc2", 3)]
internal sealed partial class ConvNet;

[Model("1x6x6")]
[MaxPool2d(2, 3, Stride = 1, PaddingHeight = 1), Conv2d("conv", 3, 2), MaxPool2d(2, Stride = 1), Relu]
[Flatten, Linear("fc", 2), Relu]
internal sealed partial class PoolNet;

[Model("6x5")]
[Flatten, Linear("fc1", 7), Tanh, Linear("fc2", 6), Sigmoid, Linear("fc3", 5), Silu]
[Linear("fc4", 4, Bias = false), Gelu(Approximate = true), Linear("fc5", 3), Relu, Relu, Tanh]
internal sealed partial class ActivationNet;

[Model("2x6x5")]
[Conv2d("conv1", 3, 3, Padding = 1), Relu, AvgPool2d(2, Stride = 1, Padding = 1)]
[Conv2d("conv2", 2, 2), AvgPool2d(3, 2, Stride = 2, PaddingHeight = 1, CountIncludePad = false), Flatten, Linear("fc", 3)]
internal sealed partial class AverageNet;

[Model("1x6x9")]
[Conv2d("conv1", 2, 3, Padding = 1), MaxPool2d(3, Stride = 2, CeilMode = true), Relu]
[Conv2d("conv2", 3, 2, Padding = 1), AvgPool2d(2, 3, Stride = 2, Padding = 1, CountIncludePad = false, CeilMode = true), AdaptiveAvgPool2d(2), Flatten, Linear("fc", 3)]
internal sealed partial class CeilNet;

[Model("8")]
[Dropout(0.25f), Linear("fc1", 16), Relu, Dropout(0.5f), Linear("fc2", 12), Sigmoid, Dropout(0.4f), Linear("fc3", 3), Dropout(0f)]
internal sealed partial class DropoutNet;

[Model("3x4x4")]
[Layer<PRelu>("act0"), Conv2d("conv", 4, 2), Layer<PRelu>("act1"), Flatten, Linear("fc1", 6), Relu, Layer<Mix>("mix", Output = "5"), Linear("fc2", 2)]
internal sealed partial class CustomNet;

/// <summary>x where it is positive, slope[c] x elsewhere. Its CUDA part is with the tests of that device.</summary>
[LayerParameter("slope", "C", Initial = 0.25f)]
internal readonly partial struct PRelu : ILayer
{
    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass)
    {
        ReadOnlySpan<float> slope = pass.Parameter(0);
        int perChannel = pass.InputShape.Count / slope.Length;
        for (int i = 0; i < pass.Input.Length; i++)
        {
            float x = pass.Input[i];
            pass.Output[i] = x > 0 ? x : slope[i / perChannel % slope.Length] * x;
        }
    }

    public static void Backward(in LayerBackward pass)
    {
        ReadOnlySpan<float> slope = pass.Parameter(0);
        Span<float> slopeGradient = pass.ParameterGradient(0);
        int perChannel = pass.InputShape.Count / slope.Length;
        for (int i = 0; i < pass.Input.Length; i++)
        {
            int c = i / perChannel % slope.Length;
            float x = pass.Input[i], dy = pass.OutputGradient[i];
            slopeGradient[c] += x > 0 ? 0 : x * dy;
            if (pass.NeedsInputGradient)
            {
                pass.InputGradient[i] = x > 0 ? dy : slope[c] * dy;
            }
        }
    }
}

/// <summary>y[o] = (sum_i w[o, i] x[i])^2 + shift[o]: reads its output's ingredients from the input, changes the shape, has two
/// parameters. Its CUDA part is with the tests of that device.</summary>
[LayerParameter("weight", "5xN", FanIn = "N")]
[LayerParameter("shift", "5", Role = ParameterRole.Bias)]
internal sealed partial class Mix : ILayer
{
    public static Shape OutputShape(Shape input) => new(5);

    public static void Forward(in LayerForward pass)
    {
        int inputs = pass.InputShape.Count, outputs = pass.OutputShape.Count;
        for (int n = 0; n < pass.Batch; n++)
        {
            for (int o = 0; o < outputs; o++)
            {
                float dot = Dot(pass.Parameter(0).Slice(o * inputs, inputs), pass.Input.Slice(n * inputs, inputs));
                pass.Output[(n * outputs) + o] = (dot * dot) + pass.Parameter(1)[o];
            }
        }
    }

    public static void Backward(in LayerBackward pass)
    {
        int inputs = pass.InputShape.Count, outputs = pass.OutputShape.Count;
        pass.InputGradient.Clear();
        for (int n = 0; n < pass.Batch; n++)
        {
            ReadOnlySpan<float> x = pass.Input.Slice(n * inputs, inputs);
            for (int o = 0; o < outputs; o++)
            {
                ReadOnlySpan<float> w = pass.Parameter(0).Slice(o * inputs, inputs);
                float dy = pass.OutputGradient[(n * outputs) + o], factor = 2 * dy * Dot(w, x);
                pass.ParameterGradient(1)[o] += dy;
                for (int i = 0; i < inputs; i++)
                {
                    pass.ParameterGradient(0)[(o * inputs) + i] += factor * x[i];
                    pass.InputGradient[(n * inputs) + i] += factor * w[i];
                }
            }
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
