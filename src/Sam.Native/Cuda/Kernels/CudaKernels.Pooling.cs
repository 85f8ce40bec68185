using System.Numerics;

namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private const int WarpLanes = 32;

    private PoolingKernels Pooling => field ??= new PoolingKernels(_device.Launcher);

    public override void MaxPool2dForward(in Pool2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> output)
    {
        if (batch == 0) return;
        long planes = (long)batch * shape.Channels;
        LaunchShape launch = Elements((long)batch * shape.OutCount);
        if (IsPairs(shape, input)) Pooling.MaxPoolForwardPairs(launch, planes, shape.InHeight, shape.InWidth, input, output);
        else Pooling.MaxPoolForward(launch, shape, planes, input, output);
    }

    public override void MaxPool2dBackward(
        in Pool2dShape shape,
        int batch,
        DevicePointer<float> input,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient,
        bool reluMask)
    {
        if (batch == 0) return;
        long planes = (long)batch * shape.Channels;
        if (IsPairs(shape, input) && IsPairs(shape, inputGradient))
        {
            LaunchShape launch = Elements(planes * ((shape.InHeight + 1) / 2) * (shape.InWidth / 2));
            Pooling.MaxPoolBackwardPairs(launch, planes, shape.InHeight, shape.InWidth, input, outputGradient, reluMask, inputGradient);
            return;
        }

        Pooling.MaxPoolBackward(Elements((long)batch * shape.InCount), shape, planes, input, outputGradient, reluMask, inputGradient);
    }

    public override void AvgPool2dForward(
        in Pool2dShape shape,
        int batch,
        bool countIncludePad,
        DevicePointer<float> input,
        DevicePointer<float> output)
    {
        if (batch == 0) return;
        int lanes = Lanes(shape.KernelHeight, shape.KernelWidth, shape.InWidth);
        LaunchShape launch = Elements((long)batch * shape.OutCount * lanes);
        Pooling.AveragePoolForward(launch, shape, (long)batch * shape.Channels, countIncludePad, lanes, input, output);
    }

    public override void AvgPool2dBackward(
        in Pool2dShape shape,
        int batch,
        bool countIncludePad,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask)
    {
        if (batch == 0) return;
        LaunchShape launch = Elements((long)batch * shape.InCount);
        Pooling.AveragePoolBackward(
            launch, shape, (long)batch * shape.Channels, countIncludePad, outputGradient, reluMask, inputGradient);
    }

    public override void AdaptiveAvgPool2dForward(
        int planes,
        int height,
        int width,
        int outHeight,
        int outWidth,
        DevicePointer<float> input,
        DevicePointer<float> output)
    {
        if (planes == 0) return;
        int lanes = Lanes((height + outHeight - 1) / outHeight, (width + outWidth - 1) / outWidth, width);
        LaunchShape launch = Elements((long)planes * outHeight * outWidth * lanes);
        Pooling.AdaptiveAveragePoolForward(launch, planes, height, width, outHeight, outWidth, lanes, input, output);
    }

    public override void AdaptiveAvgPool2dBackward(
        int planes,
        int height,
        int width,
        int outHeight,
        int outWidth,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask)
    {
        if (planes == 0) return;
        LaunchShape launch = Elements((long)planes * height * width);
        Pooling.AdaptiveAveragePoolBackward(launch, planes, height, width, outHeight, outWidth, outputGradient, reluMask, inputGradient);
    }

    // Windows of 2x2 side by side, which 8-byte accesses read in halves: rows and the tensor start at multiples of 8 bytes.
    private static bool IsPairs(in Pool2dShape shape, DevicePointer<float> tensor) =>
        shape is { KernelHeight: 2, KernelWidth: 2, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 0, PaddingWidth: 0, OverhangHeight: 0, OverhangWidth: 0 }
        && shape.InWidth % 2 == 0 && tensor.Address % 8 == 0;

    // Threads for each mean: as many as elements lie side by side, whole windows where they span the plane's rows.
    private static int Lanes(int windowHeight, int windowWidth, int width) =>
        (int)Math.Min(WarpLanes, BitOperations.RoundUpToPowerOf2((uint)(windowWidth == width ? windowHeight * windowWidth : windowWidth)));

    // Blocks for elements taken one at a time.
    private LaunchShape Elements(long count) =>
        new((int)Math.Clamp((count + Threads - 1) / Threads, 1, _device.Multiprocessors * 32), Threads);
}
