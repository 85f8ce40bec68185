using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>A chain of layers in float64, one example at a time, for central differences. Written from the layers' definitions, without
/// any kernel.</summary>
internal sealed class Reference
{
    private readonly List<Func<double[], int, double[]>> _layers = [];
    private readonly Dictionary<string, double[]> _weights = [];

    public Reference(Model model)
    {
        foreach (Parameter parameter in model.Parameters)
        {
            _weights.Add(parameter.Name, [.. parameter.Copy().Select(static v => (double)v)]);
        }
    }

    public double[] this[string parameter] => _weights[parameter];

    public Reference Add(Func<double[], int, double[]> layer)
    {
        _layers.Add(layer);
        return this;
    }

    public Reference Map(Func<double, double> function) => Add((x, _) => [.. x.Select(function)]);

    public Reference Linear(string name)
    {
        double[] w = this[name + ".weight"];
        double[]? b = _weights.GetValueOrDefault(name + ".bias");
        return Add((x, _) => [.. Enumerable.Range(0, w.Length / x.Length).Select(o => (b?[o] ?? 0) + x.Select((v, i) => v * w[(o * x.Length) + i]).Sum())]);
    }

    public Reference Conv2d(string name, Conv2dShape s)
    {
        double[] w = this[name + ".weight"];
        double[]? b = _weights.GetValueOrDefault(name + ".bias");
        int inGroup = s.InChannels / s.Groups, outGroup = s.OutChannels / s.Groups;
        return Add((x, _) =>
        {
            double[] y = new double[s.OutCount];
            for (int i = 0; i < y.Length; i++)
            {
                int o = i / (s.OutHeight * s.OutWidth), oy = i / s.OutWidth % s.OutHeight, ox = i % s.OutWidth;
                y[i] = b?[o] ?? 0;
                for (int t = 0; t < inGroup * s.KernelHeight * s.KernelWidth; t++)
                {
                    int c = t / (s.KernelHeight * s.KernelWidth), ky = t / s.KernelWidth % s.KernelHeight, kx = t % s.KernelWidth;
                    int iy = (oy * s.StrideHeight) - s.PaddingHeight + (ky * s.DilationHeight), ix = (ox * s.StrideWidth) - s.PaddingWidth + (kx * s.DilationWidth);
                    if (iy >= 0 && iy < s.InHeight && ix >= 0 && ix < s.InWidth)
                    {
                        int channel = (o / outGroup * inGroup) + c;
                        y[i] += x[(((channel * s.InHeight) + iy) * s.InWidth) + ix] * w[(o * inGroup * s.KernelHeight * s.KernelWidth) + t];
                    }
                }
            }

            return y;
        });
    }

    /// <summary>A pool: the windows' values without padding, and the number of places of the window that lie in the padded input, become
    /// one value.</summary>
    public Reference Pool(Pool2dShape s, Func<List<double>, int, double> pool) => Add((x, _) =>
    {
        double[] y = new double[s.OutCount];
        for (int i = 0; i < y.Length; i++)
        {
            int c = i / (s.OutHeight * s.OutWidth), oy = i / s.OutWidth % s.OutHeight, ox = i % s.OutWidth;
            List<double> values = [];
            for (int t = 0; t < s.KernelHeight * s.KernelWidth; t++)
            {
                int iy = (oy * s.StrideHeight) - s.PaddingHeight + (t / s.KernelWidth), ix = (ox * s.StrideWidth) - s.PaddingWidth + (t % s.KernelWidth);
                if (iy >= 0 && iy < s.InHeight && ix >= 0 && ix < s.InWidth)
                {
                    values.Add(x[(((c * s.InHeight) + iy) * s.InWidth) + ix]);
                }
            }

            y[i] = pool(values, s.KernelHeight * s.KernelWidth);
        }

        return y;
    });

    public double[] Outputs(ReadOnlySpan<float> inputs, int batch)
    {
        List<double> outputs = [];
        for (int n = 0; n < batch; n++)
        {
            double[] x = [.. inputs.Slice(n * inputs.Length / batch, inputs.Length / batch).ToArray().Select(static v => (double)v)];
            foreach (Func<double[], int, double[]> layer in _layers)
            {
                x = layer(x, n);
            }

            outputs.AddRange(x);
        }

        return [.. outputs];
    }

    /// <summary>Mean squared error, whose gradient reaches every output.</summary>
    public double Loss(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int batch)
    {
        double[] y = Outputs(inputs, batch);
        double sum = 0;
        for (int i = 0; i < y.Length; i++)
        {
            sum += (y[i] - targets[i]) * (y[i] - targets[i]);
        }

        return sum / y.Length;
    }

    public static double Relu(double x) => Math.Max(x, 0);

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Silu(double x) => x * Sigmoid(x);

    public static double GeluTanh(double x) => x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) / 2;

    /// <summary>x Phi(x), with the normal distribution's integral by Simpson's rule: slow, and independent of any erf.</summary>
    public static double Gelu(double x)
    {
        const int Steps = 400;
        double h = x / Steps, sum = 0;
        for (int i = 0; i <= Steps; i++)
        {
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-i * h * i * h / 2);
        }

        return x * (0.5 + (sum * h / 3 / Math.Sqrt(2 * Math.PI)));
    }
}
