namespace Sam.Native;

/// <summary>What a device computes by other kernels where sizes are larger, or options differ.</summary>
internal static partial class SelfTestKernels
{
    private static void Sums(SelfTestBench bench)
    {
        const int Count = 1003;
        SelfTestBench.Array2<float> x = bench.Random(Count, 1);
        SelfTestBench.Array2<float> y = bench.Random(Count, 2);
        SelfTestBench.Array2<float> sum = bench.Random(Count, 3);
        SelfTestBench.Array2<double> squares = bench.Put(0.0);
        bench.Run((kernels, side) =>
        {
            kernels.AddForward(Activation.Relu, Count, x.At(side), y.At(side), sum.At(side));
            kernels.SumOfSquares(Count, x.At(side), squares.At(side));
        });
        bench.Check("sum with a shortcut", sum, 0);
        bench.Check("sum of squares", squares, FunctionTolerance);
    }

    private static void BiasAlone(SelfTestBench bench)
    {
        const int B = 3;
        Conv2dShape shape = new(4, 9, 9, 8, 3, 3, 1, 1, 1, 1);
        SelfTestBench.Array2<float> x = bench.Random(B * shape.InCount, 1);
        SelfTestBench.Array2<float> dy = bench.Random(B * shape.OutCount, 2);
        SelfTestBench.Array2<float> db = bench.Random(shape.OutChannels, 3);
        bench.Run((kernels, side) => kernels.Conv2dBackwardWeight(shape, B, x.At(side), dy.At(side), default, db.At(side), accumulate: true));
        bench.Check("gradient of the bias alone", db, SumTolerance);
    }

    private static void Pairs(SelfTestBench bench)
    {
        const int B = 2, Planes = 6, H = 7, W = 9, OutH = 3, OutW = 4;
        Pool2dShape shape = new(3, 8, 10, 2, 2, 2, 2);
        SelfTestBench.Array2<float> x = bench.Random(B * shape.InCount, 1);
        SelfTestBench.Array2<float> dy = bench.Random(B * shape.OutCount, 2);
        SelfTestBench.Array2<float> largest = bench.Random(B * shape.OutCount, 3);
        SelfTestBench.Array2<float> dx = bench.Random(B * shape.InCount, 4);
        SelfTestBench.Array2<float> plane = bench.Random(Planes * H * W, 5);
        SelfTestBench.Array2<float> dMean = bench.Random(Planes * OutH * OutW, 6);
        SelfTestBench.Array2<float> mean = bench.Random(Planes * OutH * OutW, 7);
        SelfTestBench.Array2<float> dPlane = bench.Random(Planes * H * W, 8);
        bench.Run((kernels, side) =>
        {
            kernels.MaxPool2dForward(shape, B, x.At(side), largest.At(side));
            kernels.MaxPool2dBackward(shape, B, x.At(side), dy.At(side), dx.At(side), reluMask: false);
            kernels.AdaptiveAvgPool2dForward(Planes, H, W, OutH, OutW, plane.At(side), mean.At(side));
            kernels.AdaptiveAvgPool2dBackward(Planes, H, W, OutH, OutW, dMean.At(side), dPlane.At(side), default);
        });
        bench.Check("maximum of two by two", largest, 0);
        bench.Check("gradient through the maximum of two by two", dx, SumTolerance);
        bench.Check("adaptive mean", mean, SumTolerance);
        bench.Check("gradient through the adaptive mean", dPlane, SumTolerance);
    }

    private static void ManyClasses(SelfTestBench bench)
    {
        const int B = 5, K = 400;
        SelfTestBench.Array2<float> z = bench.Random(B * K, 1);
        SelfTestBench.Array2<int> labels = bench.Put([.. Enumerable.Range(0, B).Select(static b => 77 * b % K)]);
        SelfTestBench.Array2<float> dz = bench.Random(B * K, 2);
        SelfTestBench.Array2<double> value = bench.Put(0.0);
        bench.Run((kernels, side) => kernels.SoftmaxCrossEntropy(B, K, z.At(side), labels.At(side), 0, Reduction.Mean, dz.At(side), value.At(side)));
        bench.Check("cross-entropy of many classes", value, FunctionTolerance);
        bench.Check("gradient of cross-entropy of many classes", dz, FunctionTolerance);
    }

    // One value a channel; more values than a block takes, with statistics of the batch and with the running ones; long rows.
    private static void OtherNormalizations(SelfTestBench bench)
    {
        BatchNorm(bench, "of columns", new BatchNormSettings(Cumulative: true), batch: 9, channels: 40, size: 1);
        BatchNorm(bench, "of many values", new BatchNormSettings(Activation: Activation.Relu), batch: 3, channels: 2, size: 6001);
        BatchNorm(bench, "in evaluation", new BatchNormSettings(BatchStatistics: false), batch: 2, channels: 3, size: 35);
        const int B = 3, Columns = 700;
        SelfTestBench.Array2<float> x = bench.Random(B * Columns, 1);
        SelfTestBench.Array2<float> dy = bench.Random(B * Columns, 2);
        SelfTestBench.Array2<float> scale = bench.Random(Columns, 3);
        SelfTestBench.Array2<float> shift = bench.Random(Columns, 4);
        SelfTestBench.Array2<float> y = bench.Random(B * Columns, 5);
        SelfTestBench.Array2<float> dx = bench.Random(B * Columns, 6);
        SelfTestBench.Array2<float> statistics = bench.Random(2 * B, 7);
        bench.Run((kernels, side) =>
        {
            DevicePointer<float> mean = statistics.At(side), deviation = mean + B;
            kernels.LayerNormForward(B, Columns, 1e-5f, x.At(side), scale.At(side), shift.At(side), y.At(side), mean, deviation);
            kernels.LayerNormBackward(
                B, Columns, x.At(side), scale.At(side), dy.At(side), mean, deviation, dx.At(side), default, default, accumulate: false);
        });
        bench.Check("long rows", y, SumTolerance);
        bench.Check("gradient of long rows", dx, SumTolerance);
    }

    private static void BatchNorm(SelfTestBench bench, string name, BatchNormSettings settings, int batch, int channels, int size)
    {
        int count = batch * channels * size;
        SelfTestBench.Array2<float> x = bench.Random(count, 1);
        SelfTestBench.Array2<float> dy = bench.Random(count, 2);
        SelfTestBench.Array2<float> parameters = bench.Random(2 * channels, 3);
        SelfTestBench.Array2<float> running = bench.Put([.. Enumerable.Repeat(0.5f, 2 * channels)]);
        SelfTestBench.Array2<long> batches = bench.Put(3L);
        SelfTestBench.Array2<float> y = bench.Random(count, 4);
        SelfTestBench.Array2<float> dx = bench.Random(count, 5);
        SelfTestBench.Array2<float> statistics = bench.Random(2 * channels, 6);
        SelfTestBench.Array2<float> gradients = bench.Random(2 * channels, 7);
        bench.Run((kernels, side) =>
        {
            DevicePointer<float> scale = parameters.At(side), shift = scale + channels, mean = statistics.At(side), deviation = mean + channels;
            RunningStatistics moved = new(running.At(side), running.At(side) + channels, batches.At(side));
            kernels.BatchNormForward(settings, batch, channels, size, x.At(side), scale, shift, default, moved, y.At(side), mean, deviation);
            if (!settings.BatchStatistics) return;
            DevicePointer<float> relu = settings.Activation == Activation.Relu ? y.At(side) : default;
            DevicePointer<float> dScale = gradients.At(side), dShift = dScale + channels;
            kernels.BatchNormBackward(
                settings, batch, channels, size, x.At(side), scale, shift, relu, dy.At(side), mean, deviation, dx.At(side), dx.At(side), dScale,
                dShift, default, accumulate: false);
        });
        bench.Check($"batch norm {name}", y, SumTolerance);
        bench.Check($"running statistics {name}", running, SumTolerance);
        bench.Check($"count of batches {name}", batches, 0);
        bench.Check($"gradient of batch norm {name}", dx, SumTolerance);
        bench.Check($"gradients of scale and shift {name}", gradients, SumTolerance);
    }

    private static void SkippedCopy(SelfTestBench bench)
    {
        const int Count = 37;
        SelfTestBench.Array2<float> saved = bench.Random(Count, 1);
        SelfTestBench.Array2<float> kept = bench.Random(Count, 2);
        SelfTestBench.Array2<float> restored = bench.Random(Count, 2);
        SelfTestBench.Array2<StepState> open = bench.Put(new StepState()), closed = bench.Put(new StepState { Gate = 1 });
        bench.Run((kernels, side) =>
        {
            kernels.CopyWhereSkipped(Count, saved.At(side), kept.At(side), open.At(side));
            kernels.CopyWhereSkipped(Count, saved.At(side), restored.At(side), closed.At(side));
        });
        bench.Check("statistics of a step that is made", kept, 0);
        bench.Check("statistics of a step that is skipped", restored, 0);
    }
}
