using Sam.Native;
using Sam.Native.Tests.Optimizers;

namespace Sam.Cuda.Tests;

/// <summary>Calls that together launch every kernel of the library, each on arrays long enough for several blocks.</summary>
internal sealed class EveryKernel(CudaSession session) : IDisposable
{
    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];

    // One for each rule.
    private static readonly string[] s_bases =
    [
        "sgd momentum", "adam", "adam amsgrad decay", "nadam", "radam", "adamax", "rmsprop", "rmsprop centered momentum decay", "adagrad", "adadelta",
        "lion", "lamb", "lars", "adafactor",
    ];

    private readonly List<DeviceMemory> _memories = [];
    private readonly Random _random = new(1);
    private bool _brief;

    /// <param name="brief">Leaves out the largest convolutions.</param>
    public void Run(bool brief = false)
    {
        using DeviceScope scope = session.Device.Enter();
        _brief = brief;
        Optimizers();

        // Convolutions last: their workspace stays, and whoever compares memory would go through it for every other kernel.
        foreach (Action<DeviceKernels> family in (Action<DeviceKernels>[])[Flat, Activations, Losses, Pooling, BatchNorm, RowNorm, Products, Convolutions])
        {
            family(session.Kernels);
            Dispose();
        }
    }

    /// <summary>Those that only products of 16-bit operands need.</summary>
    public void RunProducts()
    {
        using DeviceScope scope = session.Device.Enter();
        Products(session.Kernels);
    }

    public void Dispose()
    {
        foreach (DeviceMemory memory in _memories) memory.Dispose();
        _memories.Clear();
    }

    private void Flat(DeviceKernels kernels)
    {
        const int Count = 16 * 1024;
        DevicePointer<float> x = Floats(Count), y = Floats(Count);
        DevicePointer<double> sum = Put(0.0);
        RandomStream stream = new(5, 7, 2);
        kernels.Fill(Count, 1.5f, y);
        kernels.Copy(Count, x, y);
        kernels.Add(Count, x, y);
        kernels.Scale(Count, 0.5f, y);
        kernels.AddForward(Activation.Relu, Count, x, y, y);
        kernels.FillUniform(Count, -1, 1, stream, y);
        kernels.FillNormal(Count, 0, 1, stream, y);
        kernels.Dropout(0.3f, stream, Count, x, y);
        kernels.Sum(Count, x, sum);
        kernels.SumOfSquares(Count, x, sum);
        kernels.CopyWhereSkipped(Count, x, y, Put(new StepState { Gate = 1 }));
    }

    private void Activations(DeviceKernels kernels)
    {
        const int Count = 8 * 1024;
        DevicePointer<float> x = Floats(Count), y = Floats(Count), dy = Floats(Count), dx = Floats(Count);
        foreach (Activation activation in Enum.GetValues<Activation>().Where(static activation => activation != Activation.None))
        {
            kernels.ActivationForward(activation, Count, x, y);
            kernels.ActivationBackward(activation, Count, x, y, dy, dx);
        }
    }

    private void Losses(DeviceKernels kernels)
    {
        DevicePointer<double> loss = Put(0.0);
        foreach ((int batch, int classes) in ((int, int)[])[(512, 16), (96, 1024)])
        {
            DevicePointer<float> z = Floats(batch * classes), dz = Floats(batch * classes);
            DevicePointer<int> labels = Put([.. Enumerable.Range(0, batch).Select(i => i % classes)]);
            kernels.SoftmaxCrossEntropy(batch, classes, z, labels, 0.1f, Reduction.Mean, dz, loss);
            kernels.SquaredError(batch * classes, z, dz, Reduction.Sum, dz, loss);
        }
    }

    private void Pooling(DeviceKernels kernels)
    {
        const int B = 4;
        foreach (Pool2dShape shape in (Pool2dShape[])[new(8, 32, 32, 2, 2, 2, 2), new(8, 32, 32, 3, 3, 1, 1, 1, 1)])
        {
            DevicePointer<float> x = Floats(B * shape.InCount), y = Floats(B * shape.OutCount), dx = Floats(B * shape.InCount);
            kernels.MaxPool2dForward(shape, B, x, y);
            kernels.MaxPool2dBackward(shape, B, x, y, dx, true);
            kernels.AvgPool2dForward(shape, B, true, x, y);
            kernels.AvgPool2dBackward(shape, B, true, y, dx, x);
        }

        DevicePointer<float> image = Floats(B * 8 * 32 * 32), small = Floats(B * 8 * 16 * 16);
        kernels.AdaptiveAvgPool2dForward(B * 8, 32, 32, 16, 16, image, small);
        kernels.AdaptiveAvgPool2dBackward(B * 8, 32, 32, 16, 16, small, image, default);
    }

    private void BatchNorm(DeviceKernels kernels)
    {
        BatchNormSettings settings = new(Activation: Activation.Relu, Cumulative: true);
        foreach ((int batch, int channels, int size) in ((int, int, int)[])[(4, 8, 256), (64, 64, 1), (4, 2, 8192)])
        {
            int count = batch * channels * size;
            DevicePointer<float> x = Floats(count), y = Floats(count), dy = Floats(count), dx = Floats(count), c = Floats(8 * channels);
            RunningStatistics running = new(c, c + channels, Put(0L));
            DevicePointer<float> mean = c + (2 * channels), inverse = c + (3 * channels), scale = c + (4 * channels), shift = c + (5 * channels);
            kernels.BatchNormForward(settings, batch, channels, size, x, scale, shift, default, running, y, mean, inverse);
            kernels.BatchNormBackward(
                settings, batch, channels, size, x, scale, shift, y, dy, mean, inverse, default, dx, c + (6 * channels), c + (7 * channels), default, false);
        }
    }

    private void RowNorm(DeviceKernels kernels)
    {
        foreach ((int rows, int columns) in ((int, int)[])[(128, 128), (8, 4096)])
        {
            int count = rows * columns;
            DevicePointer<float> x = Floats(count), y = Floats(count), dx = Floats(count), scale = Floats(4 * columns), mean = Floats(2 * rows);
            DevicePointer<float> gradients = scale + (2 * columns);
            kernels.LayerNormForward(rows, columns, 1e-5f, x, scale, scale + columns, y, mean, mean + rows);
            kernels.LayerNormBackward(rows, columns, x, scale, y, mean, mean + rows, dx, gradients, gradients + columns, false);
            kernels.GroupNormForward(rows / 2, 2, columns, 1, 1e-5f, x, scale, scale + 2, y, mean, mean + rows);
            kernels.GroupNormBackward(rows / 2, 2, columns, 1, x, scale, y, mean, mean + rows, dx, gradients, gradients + 2, false);
        }
    }

    private void Products(DeviceKernels kernels)
    {
        const int B = 64, I = 96, O = 128;
        DevicePointer<float> x = Floats(B * I), w = Floats(O * I), bias = Floats(O), y = Floats(B * O);
        kernels.LinearForward(B, I, O, x, w, bias, y, Activation.Relu);
        kernels.LinearBackwardInput(B, I, O, y, w, x, x);
        kernels.LinearBackwardWeight(B, I, O, x, y, w, bias, false);
    }

    private void Convolutions(DeviceKernels kernels)
    {
        foreach (ConvolutionTileCase tile in ConvolutionTileCase.All.Where(tile => !_brief || tile.Shape.Groups == 1))
        {
            DevicePointer<float> x = Floats(tile.Batch * tile.Shape.InCount), w = Floats(tile.Shape.WeightCount), y = Floats(tile.Batch * tile.Shape.OutCount);
            DevicePointer<float> bias = Floats(tile.Shape.OutChannels);
            kernels.PrepareConv2d(tile.Shape, tile.Batch);
            tile.Call(kernels, x, w, bias, y);
            Dispose();
        }

        Conv2dShape shape = new(4, 32, 32, 8, 3, 3, 1, 1, 1, 1);
        kernels.Conv2dBackwardWeight(shape, 2, Floats(2 * shape.InCount), Floats(2 * shape.OutCount), default, Floats(8), false);
    }

    private void Optimizers()
    {
        // Three steps, so that a graph is replayed; half a step, so that the weights are put back.
        Steps(Perturbation.Sam(0.1f), new Sgd(0.1f), new SamOptions(), 3, static (model, sam) =>
        {
            model.Forward(s_input);
            model.Backward(Loss.MeanSquaredError(s_targets));
            sam.FirstStep();
            sam.SecondStep();
        });
        foreach (string name in s_bases) Steps(Perturbation.Sam(0.1f), Variants.Bases[name](), new SamOptions());
        foreach (string name in (string[])["gsam", "wsam", "looksam by tensor"])
        {
            Steps(Perturbation.Friendly(0.1f), new Sgd(0.1f), new SamOptions { Combination = Variants.Combinations[name]() });
        }

        Steps(Perturbation.Friendly(0.1f), new Sgd(0.1f), new SamOptions { MicroBatch = 2, PerturbsEachMicroBatch = true });
        Steps(Perturbation.Random(0.1f), new Sgd(0.1f), new SamOptions());
        SamOptions clipped = new() { Clipping = GradientClipping.ByValue(0.5f) };
        foreach (string name in (string[])["asam p=3", "sam p=1", "asam layer-wise"])
        {
            Steps(Variants.Perturbations[name](), new Sgd(0.1f, 0.9f), clipped);
        }
    }

    private void Steps(
        Perturbation perturbation, BaseOptimizer baseOptimizer, SamOptions options, int count = 1, Action<FlatModel, SamOptimizer>? more = null)
    {
        using FlatModel model = new(session.Device, s_input.Length, 8 * 1024, 512, 16, 16, 4096, 16);
        using SamOptimizer sam = new(model, baseOptimizer, perturbation, options);
        for (int i = 0; i < count; i++) sam.Step(s_input, Loss.MeanSquaredError(s_targets));
        more?.Invoke(model, sam);
    }

    private DevicePointer<float> Floats(int count) => Put<float>([.. Enumerable.Range(0, count).Select(_ => _random.NextSingle() + 0.1f)]);

    private DevicePointer<T> Put<T>(params T[] values)
        where T : unmanaged
    {
        unsafe
        {
            DeviceMemory memory = session.Device.Allocate((long)values.Length * sizeof(T), "test");
            _memories.Add(memory);
            session.Device.Upload<T>(values, memory.Pointer<T>());
            return memory.Pointer<T>();
        }
    }
}
