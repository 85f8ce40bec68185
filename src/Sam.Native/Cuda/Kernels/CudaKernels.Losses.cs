namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private const int MaximumBlocks = 1024;

    private LossKernels LossFamily => field ??= new LossKernels(_device.Launcher);

    private SumKernels SumFamily => field ??= new SumKernels(_device.Launcher);

    public override void SoftmaxCrossEntropy(
        int batch,
        int classes,
        DevicePointer<float> logits,
        DevicePointer<int> labels,
        float labelSmoothing,
        Reduction reduction,
        DevicePointer<float> logitsGradient,
        DevicePointer<double> loss)
    {
        const int MostTiledClasses = 256;
        double factor = Factor(reduction, batch);
        if (classes > MostTiledClasses)
        {
            LossFamily.CrossEntropyRows(
                new LaunchShape(Math.Clamp(batch, 1, MaximumBlocks), Threads), batch, classes, logits, labels, labelSmoothing, factor,
                logitsGradient, _scratch.Partials, _scratch.Counters, loss);
            return;
        }

        int tileRows = TileRows(batch, classes);
        int blocks = Math.Clamp((batch + tileRows - 1) / tileRows, 1, MaximumBlocks);
        LossFamily.CrossEntropyTiles(
            new LaunchShape(blocks, Threads), batch, classes, tileRows, logits, labels, labelSmoothing, factor, logitsGradient,
            _scratch.Partials, _scratch.Counters, loss);
    }

    public override void SquaredError(
        long count,
        DevicePointer<float> output,
        DevicePointer<float> target,
        Reduction reduction,
        DevicePointer<float> outputGradient,
        DevicePointer<double> loss) =>
        LossFamily.SquaredError(
            SumShape(count), count, output, target, Factor(reduction, count), outputGradient, _scratch.Partials, _scratch.Counters, loss);

    public override void Sum(long count, DevicePointer<float> input, DevicePointer<double> result) =>
        SumFamily.Sum(SumShape(count), count, input, _scratch.Partials, _scratch.Counters, result);

    public override void SumOfSquares(long count, DevicePointer<float> input, DevicePointer<double> result) =>
        SumFamily.SumOfSquares(SumShape(count), count, input, _scratch.Partials, _scratch.Counters, result);

    // The mean over nothing is the sum, 0, as on the CPU.
    private static double Factor(Reduction reduction, long count) => reduction == Reduction.Mean && count > 0 ? 1.0 / count : 1;

    // From the count alone, as the order of the sum follows from it.
    private static LaunchShape SumShape(long count)
    {
        const int PerBlock = 16 * Threads;
        return new LaunchShape((int)Math.Clamp((count + PerBlock - 1) / PerBlock, 1, MaximumBlocks), Threads);
    }

    // Eight rows, one for each warp, until there are tiles for 128 blocks; then as many as the tile holds.
    private static int TileRows(int batch, int classes)
    {
        const int Warps = 8, TileFloats = 2048, Blocks = 128;
        int wanted = Math.Max(1, batch / (Blocks * Warps)) * Warps;
        return Math.Min(wanted, TileFloats / classes / Warps * Warps);
    }
}
