namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private DropoutKernels DropoutFamily => field ??= new DropoutKernels(_device.Launcher);

    private RandomKernels RandomFamily => field ??= new RandomKernels(_device.Launcher);

    public override void Dropout(
        float probability,
        RandomStream stream,
        long count,
        DevicePointer<float> input,
        DevicePointer<float> output)
    {
        if (count == 0) return;
        DropoutFamily.Dropout(
            Sixteens(count), count, probability, 1f / (1f - probability), stream.Seed, Step(stream), stream.Stream, stream.First, input, output);
    }

    public override void FillUniform(long count, float low, float high, RandomStream stream, DevicePointer<float> output)
    {
        if (count == 0) return;
        RandomFamily.FillUniform(Sixteens(count), count, low, high - low, stream.Seed, Step(stream), stream.Stream, stream.First, output);
    }

    public override void FillNormal(long count, float mean, float deviation, RandomStream stream, DevicePointer<float> output)
    {
        if (count == 0) return;
        RandomFamily.FillNormal(Sixteens(count), count, mean, deviation, stream.Seed, Step(stream), stream.Stream, stream.First, output);
    }

    // By pointer, since it is another one in every step that replays a graph.
    private DevicePointer<ulong> Step(RandomStream stream) => _device.Constants.PutStep(stream.Step);

    private LaunchShape Sixteens(long count) =>
        new((int)Math.Clamp((count + (16 * Threads) - 1) / (16 * Threads), 1, _device.Multiprocessors * 16), Threads);
}
