using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>Layers in float64 over a whole batch, for models whose examples depend on each other or whose layers are no chain. Written from the layers'
/// definitions, without any kernel.</summary>
internal sealed class BatchReference
{
    private readonly Dictionary<string, double[]> _tensors = [];
    private readonly bool _training;

    public BatchReference(Model model, int batch)
    {
        Batch = batch;
        _training = model.IsTraining;
        foreach (Parameter parameter in model.Parameters)
        {
            _tensors.Add(parameter.Name, [.. parameter.Copy().Select(static v => (double)v)]);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (!buffer.Info.IsInteger) _tensors.Add(buffer.Name, [.. buffer.Copy().Select(static v => (double)v)]);
        }
    }

    public int Batch { get; }

    /// <summary>Kernels that are not 3x3, by the layer's name; a kernel of 3x3 has a padding of 1, others have none.</summary>
    public Dictionary<string, int> KernelSizes { get; } = [];

    public double[] this[string name] => _tensors[name];

    public static double[] Map(double[] x, Func<double, double> function) => Array.ConvertAll(x, v => function(v));

    public static double[] Relu(double[] x) => Map(x, static v => Math.Max(v, 0));

    public static double[] Add(double[] x, double[] y) => [.. x.Zip(y, static (a, b) => a + b)];

    public double[] Linear(string name, double[] x)
    {
        double[] w = this[name + ".weight"];
        double[]? bias = _tensors.GetValueOrDefault(name + ".bias");
        int inputs = x.Length / Batch, outputs = w.Length / inputs;
        double[] y = new double[Batch * outputs];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = bias?[i % outputs] ?? 0;
            for (int k = 0; k < inputs; k++) y[i] += x[(i / outputs * inputs) + k] * w[(i % outputs * inputs) + k];
        }

        return y;
    }

    public double[] Conv(string name, double[] x, int height, int width, int stride = 1)
    {
        double[] w = this[name + ".weight"];
        double[]? bias = _tensors.GetValueOrDefault(name + ".bias");
        int kernel = KernelSizes.GetValueOrDefault(name, 3), channels = x.Length / (Batch * height * width), outputs = w.Length / (channels * kernel * kernel);
        int padding = kernel == 3 ? 1 : 0, outHeight = ((height + (2 * padding) - kernel) / stride) + 1, outWidth = ((width + (2 * padding) - kernel) / stride) + 1;
        double[] y = new double[Batch * outputs * outHeight * outWidth];
        for (int i = 0; i < y.Length; i++)
        {
            int column = i % outWidth, row = i / outWidth % outHeight, o = i / (outWidth * outHeight) % outputs, n = i / (outWidth * outHeight * outputs);
            y[i] = bias?[o] ?? 0;
            for (int t = 0; t < channels * kernel * kernel; t++)
            {
                int c = t / (kernel * kernel), a = (row * stride) + (t / kernel % kernel) - padding, b = (column * stride) + (t % kernel) - padding;
                if (a >= 0 && a < height && b >= 0 && b < width) y[i] += x[(((((n * channels) + c) * height) + a) * width) + b] * w[(o * channels * kernel * kernel) + t];
            }
        }

        return y;
    }

    public double[] BatchNorm(string name, double[] x, int size, double epsilon = 1e-5)
    {
        int channels = x.Length / (Batch * size);
        bool ofBatch = _training || !_tensors.ContainsKey(name + ".running_mean");
        double[] y = new double[x.Length];
        for (int c = 0; c < channels; c++)
        {
            int[] members = [.. Enumerable.Range(0, x.Length).Where(i => i / size % channels == c)];
            double mean = ofBatch ? members.Average(i => x[i]) : this[name + ".running_mean"][c];
            double variance = ofBatch ? members.Average(i => (x[i] - mean) * (x[i] - mean)) : this[name + ".running_var"][c];
            foreach (int i in members) y[i] = Affine(name, (x[i] - mean) / Math.Sqrt(variance + epsilon), c);
        }

        return y;
    }

    /// <summary>Groups of consecutive elements with their own moments; gamma and beta by the given index.</summary>
    public double[] Norm(string name, double[] x, int count, Func<int, int> affine)
    {
        double[] y = new double[x.Length];
        for (int first = 0; first < x.Length; first += count)
        {
            ReadOnlySpan<double> part = x.AsSpan(first, count);
            double mean = part.ToArray().Average(), variance = part.ToArray().Average(v => (v - mean) * (v - mean));
            for (int i = first; i < first + count; i++) y[i] = Affine(name, (x[i] - mean) / Math.Sqrt(variance + 1e-5), affine(i));
        }

        return y;
    }

    public static double[] Mean(double[] x, int size) => [.. x.Chunk(size).Select(static c => c.Average())];

    public double[] BasicBlock(string name, double[] x, int height, int width, int stride, bool project)
    {
        int outHeight = ((height - 1) / stride) + 1, outWidth = ((width - 1) / stride) + 1, size = outHeight * outWidth;
        double[] y = Relu(BatchNorm(name + ".bn1", Conv(name + ".conv1", x, height, width, stride), size));
        y = BatchNorm(name + ".bn2", Conv(name + ".conv2", y, outHeight, outWidth), size);
        return Relu(Add(y, project ? BatchNorm(name + ".downsample.1", Conv(name + ".downsample.0", x, height, width, stride), size) : x));
    }

    public double[] Bottleneck(string name, double[] x, int height, int width, int stride, bool project)
    {
        int outHeight = ((height - 1) / stride) + 1, outWidth = ((width - 1) / stride) + 1, size = outHeight * outWidth;
        double[] y = Relu(BatchNorm(name + ".bn1", Conv(name + ".conv1", x, height, width), height * width));
        y = Relu(BatchNorm(name + ".bn2", Conv(name + ".conv2", y, height, width, stride), size));
        y = BatchNorm(name + ".bn3", Conv(name + ".conv3", y, outHeight, outWidth), size);
        return Relu(Add(y, project ? BatchNorm(name + ".downsample.1", Conv(name + ".downsample.0", x, height, width, stride), size) : x));
    }

    private double Affine(string name, double value, int index) => _tensors.TryGetValue(name + ".weight", out double[]? gamma)
        ? (value * gamma[index]) + (_tensors.GetValueOrDefault(name + ".bias")?[index] ?? 0)
        : value;
}
