namespace Sam.Native;

/// <summary>The self-tests of layers' kernels.</summary>
internal static partial class SelfTestKernels
{
    // Sums of a few hundred products of numbers below 1, in another order than the CPU's; TF32 rounds the factors to 10 bits first.
    private const double SumTolerance = 5e-6;
    private const double Tf32Tolerance = 5e-3;
    private const double BFloat16Tolerance = 4e-2;
    private const double FunctionTolerance = 2e-6;

    private static readonly Activation[] s_activations =
        [Activation.Relu, Activation.Gelu, Activation.GeluTanh, Activation.Silu, Activation.Tanh, Activation.Sigmoid];

    public static void Elementwise(SelfTestBench bench)
    {
        const int Count = 1003;
        SelfTestBench.Array2<float> x = bench.Random(Count, 1);
        SelfTestBench.Array2<float> y = bench.Random(Count, 2);
        SelfTestBench.Array2<float> copy = bench.Random(Count, 3);
        SelfTestBench.Array2<float> filled = bench.Random(Count, 4);
        bench.Run((kernels, side) =>
        {
            kernels.Add(Count, x.At(side), y.At(side));
            kernels.Copy(Count, y.At(side), copy.At(side));
            kernels.Scale(Count, 0.3f, y.At(side));
            kernels.Fill(Count, 1.5f, filled.At(side));
        });
        bench.Check("sum", copy, 0);
        bench.Check("multiple", y, 0);
        bench.Check("fill", filled, 0);
        Sums(bench);
        SkippedCopy(bench);
    }

    public static void Linear(SelfTestBench bench)
    {
        const int B = 33, I = 40, O = 24;
        SelfTestBench.Array2<float> x = bench.Random(B * I, 1);
        SelfTestBench.Array2<float> w = bench.Random(O * I, 2);
        SelfTestBench.Array2<float> bias = bench.Random(O, 3);
        SelfTestBench.Array2<float> dy = bench.Random(B * O, 4);
        SelfTestBench.Array2<float> y = bench.Random(B * O, 5);
        SelfTestBench.Array2<float> dx = bench.Random(B * I, 6);
        SelfTestBench.Array2<float> dw = bench.Random(O * I, 7);
        SelfTestBench.Array2<float> db = bench.Random(O, 8);
        bench.Run((kernels, side) =>
        {
            kernels.LinearForward(B, I, O, x.At(side), w.At(side), bias.At(side), y.At(side), Activation.Relu);
            kernels.LinearBackwardInput(B, I, O, dy.At(side), w.At(side), dx.At(side), x.At(side));
            kernels.LinearBackwardWeight(B, I, O, x.At(side), dy.At(side), dw.At(side), db.At(side), accumulate: true);
        });
        double tolerance = ProductTolerance(bench);
        bench.Check("output", y, tolerance);
        bench.Check("gradient of the input", dx, tolerance);
        bench.Check("gradient of the weight", dw, tolerance);
        bench.Check("gradient of the bias", db, SumTolerance);
    }

    public static void Convolution(SelfTestBench bench)
    {
        Convolution(bench, new Conv2dShape(4, 9, 9, 8, 3, 3, 1, 1, 1, 1), batch: 3);
        Convolution(bench, new Conv2dShape(6, 8, 7, 4, 1, 3, 2, 2, 0, 1, 1, 1, 2), batch: 2);

        // So many pixels that the sums of the weights' gradient are cut into slices.
        Convolution(bench, new Conv2dShape(2, 13, 12, 40, 3, 3, 1, 1, 1, 1), batch: 3);
        BiasAlone(bench);
    }

    public static void Pooling(SelfTestBench bench)
    {
        const int B = 3;
        Pool2dShape shape = new(4, 9, 8, 3, 2, 2, 2, 1, 0);
        SelfTestBench.Array2<float> x = bench.Random(B * shape.InCount, 1);
        SelfTestBench.Array2<float> dy = bench.Random(B * shape.OutCount, 2);
        SelfTestBench.Array2<float> largest = bench.Random(B * shape.OutCount, 3);
        SelfTestBench.Array2<float> mean = bench.Random(B * shape.OutCount, 4);
        SelfTestBench.Array2<float> dLargest = bench.Random(B * shape.InCount, 5);
        SelfTestBench.Array2<float> dMean = bench.Random(B * shape.InCount, 6);
        bench.Run((kernels, side) =>
        {
            kernels.MaxPool2dForward(shape, B, x.At(side), largest.At(side));
            kernels.MaxPool2dBackward(shape, B, x.At(side), dy.At(side), dLargest.At(side), reluMask: false);
            kernels.AvgPool2dForward(shape, B, true, x.At(side), mean.At(side));
            kernels.AvgPool2dBackward(shape, B, true, dy.At(side), dMean.At(side), x.At(side));
        });
        bench.Check("maximum", largest, 0);
        bench.Check("gradient through the maximum", dLargest, SumTolerance);
        bench.Check("mean", mean, SumTolerance);
        bench.Check("gradient through the mean", dMean, SumTolerance);
        Pairs(bench);
    }

    public static void Activations(SelfTestBench bench)
    {
        const int Count = 517;
        foreach (Activation activation in s_activations)
        {
            SelfTestBench.Array2<float> x = bench.Random(Count, 1);
            SelfTestBench.Array2<float> y = bench.Random(Count, 2);
            SelfTestBench.Array2<float> dy = bench.Random(Count, 3);
            SelfTestBench.Array2<float> dx = bench.Random(Count, 4);
            bench.Run((kernels, side) =>
            {
                kernels.ActivationForward(activation, Count, x.At(side), y.At(side));
                kernels.ActivationBackward(activation, Count, x.At(side), y.At(side), dy.At(side), dx.At(side));
            });
            bench.Check($"{activation}", y, FunctionTolerance);
            bench.Check($"gradient of {activation}", dx, FunctionTolerance);
        }
    }

    public static void Random(SelfTestBench bench)
    {
        const int Count = 1003;
        RandomStream stream = new(5, 7, 2);
        SelfTestBench.Array2<float> x = bench.Random(Count, 1);
        SelfTestBench.Array2<float> uniform = bench.Random(Count, 2);
        SelfTestBench.Array2<float> normal = bench.Random(Count, 3);
        SelfTestBench.Array2<float> dropped = bench.Random(Count, 4);
        bench.Run((kernels, side) =>
        {
            kernels.FillUniform(Count, -1, 2, stream, uniform.At(side));
            kernels.FillNormal(Count, 0.5f, 2, stream, normal.At(side));
            kernels.Dropout(0.3f, stream, Count, x.At(side), dropped.At(side));
        });
        bench.Check("uniform numbers", uniform, 0);
        bench.Check("normal numbers", normal, FunctionTolerance);
        bench.Check("dropout", dropped, 0);
    }

    public static void Losses(SelfTestBench bench)
    {
        const int B = 17, K = 11;
        SelfTestBench.Array2<float> z = bench.Random(B * K, 1);
        SelfTestBench.Array2<float> t = bench.Random(B * K, 2);
        SelfTestBench.Array2<int> labels = bench.Put([.. Enumerable.Range(0, B).Select(static b => 3 * b % K)]);
        SelfTestBench.Array2<float> dz = bench.Random(B * K, 3);
        SelfTestBench.Array2<float> dy = bench.Random(B * K, 4);
        SelfTestBench.Array2<double> values = bench.Put(new double[3]);
        bench.Run((kernels, side) =>
        {
            DevicePointer<double> value = values.At(side);
            kernels.SoftmaxCrossEntropy(B, K, z.At(side), labels.At(side), 0.1f, Reduction.Mean, dz.At(side), value);
            kernels.SquaredError(B * K, z.At(side), t.At(side), Reduction.Sum, dy.At(side), value + 1);
            kernels.Sum(B * K, t.At(side), value + 2);
        });
        bench.Check("losses and sum", values, FunctionTolerance);
        bench.Check("gradient of cross-entropy", dz, FunctionTolerance);
        bench.Check("gradient of squared error", dy, FunctionTolerance);
        ManyClasses(bench);
    }

    public static void Normalization(SelfTestBench bench)
    {
        const int B = 5, C = 6, S = 12, Groups = 3;
        BatchNormSettings settings = new(Activation: Activation.Relu);
        SelfTestBench.Array2<float> x = bench.Random(B * C * S, 1);
        SelfTestBench.Array2<float> dy = bench.Random(B * C * S, 2);
        SelfTestBench.Array2<float> scale = bench.Random(C * S, 3);
        SelfTestBench.Array2<float> shift = bench.Random(C * S, 4);
        SelfTestBench.Array2<float> running = bench.Put([.. Enumerable.Repeat(0.5f, 2 * C)]);
        SelfTestBench.Array2<long> batches = bench.Put(0L);
        SelfTestBench.Array2<float> y = bench.Put(new float[3 * B * C * S]);
        SelfTestBench.Array2<float> dx = bench.Put(new float[3 * B * C * S]);
        SelfTestBench.Array2<float> statistics = bench.Put(new float[6 * B * C]);
        SelfTestBench.Array2<float> parameters = bench.Put(new float[6 * C * S]);
        bench.Run((kernels, side) =>
        {
            DevicePointer<float> xs = x.At(side), dys = dy.At(side), gamma = scale.At(side), beta = shift.At(side);
            RunningStatistics moved = new(running.At(side), running.At(side) + C, batches.At(side));
            (DevicePointer<float> o, DevicePointer<float> g, DevicePointer<float> m, DevicePointer<float> p) = At(side, 0);
            kernels.BatchNormForward(settings, B, C, S, xs, gamma, beta, default, moved, o, m, m + (B * C));
            kernels.BatchNormBackward(
                settings, B, C, S, xs, gamma, beta, default, dys, m, m + (B * C), xs, g, p, p + (C * S), default, accumulate: false);
            (o, g, m, p) = At(side, 1);
            kernels.LayerNormForward(B, C * S, 1e-5f, xs, gamma, beta, o, m, m + (B * C));
            kernels.LayerNormBackward(B, C * S, xs, gamma, dys, m, m + (B * C), g, p, p + (C * S), accumulate: false);
            (o, g, m, p) = At(side, 2);
            kernels.GroupNormForward(B, C, S, Groups, 1e-5f, xs, gamma, beta, o, m, m + (B * C));
            kernels.GroupNormBackward(B, C, S, Groups, xs, gamma, dys, m, m + (B * C), g, p, p + (C * S), accumulate: false);
        });
        bench.Check("output", y, SumTolerance);
        bench.Check("running statistics", running, SumTolerance);
        bench.Check("count of batches", batches, 0);
        bench.Check("mean and deviation", statistics, SumTolerance);
        bench.Check("gradient of the input", dx, SumTolerance);
        bench.Check("gradients of scale and shift", parameters, SumTolerance);
        OtherNormalizations(bench);

        (DevicePointer<float> Output, DevicePointer<float> Gradient, DevicePointer<float> Statistics, DevicePointer<float> Parameters) At(int side, int kind) =>
            (y.At(side) + (kind * B * C * S), dx.At(side) + (kind * B * C * S), statistics.At(side) + (kind * 2 * B * C), parameters.At(side) + (kind * 2 * C * S));
    }

    private static void Convolution(SelfTestBench bench, Conv2dShape shape, int batch)
    {
        SelfTestBench.Array2<float> x = bench.Random(batch * shape.InCount, 1);
        SelfTestBench.Array2<float> w = bench.Random(shape.WeightCount, 2);
        SelfTestBench.Array2<float> bias = bench.Random(shape.OutChannels, 3);
        SelfTestBench.Array2<float> dy = bench.Random(batch * shape.OutCount, 4);
        SelfTestBench.Array2<float> y = bench.Random(batch * shape.OutCount, 5);
        SelfTestBench.Array2<float> dx = bench.Random(batch * shape.InCount, 6);
        SelfTestBench.Array2<float> dw = bench.Random(shape.WeightCount, 7);
        SelfTestBench.Array2<float> db = bench.Random(shape.OutChannels, 8);
        bench.Run((kernels, side) =>
        {
            kernels.PrepareConv2d(shape, batch);
            kernels.Conv2dForward(shape, batch, x.At(side), w.At(side), bias.At(side), y.At(side), Activation.Relu);
            kernels.Conv2dBackwardInput(shape, batch, dy.At(side), w.At(side), dx.At(side), x.At(side), false);
            kernels.Conv2dBackwardWeight(shape, batch, x.At(side), dy.At(side), dw.At(side), db.At(side), accumulate: true);
        });
        double tolerance = ProductTolerance(bench);
        string at = $"{shape.KernelHeight}x{shape.KernelWidth}, stride {shape.StrideHeight}, {shape.Groups} groups: ";
        bench.Check(at + "output", y, tolerance);
        bench.Check(at + "gradient of the input", dx, tolerance);
        bench.Check(at + "gradient of the weight", dw, tolerance);
        bench.Check(at + "gradient of the bias", db, SumTolerance);
    }

    private static double ProductTolerance(SelfTestBench bench) => (bench.Devices[1] as Cuda.CudaAccelerator)?.Options.Precision switch
    {
        Cuda.CudaPrecision.Tf32 or Cuda.CudaPrecision.Float16 => Tf32Tolerance,
        Cuda.CudaPrecision.BFloat16 => BFloat16Tolerance,
        _ => SumTolerance,
    };
}
