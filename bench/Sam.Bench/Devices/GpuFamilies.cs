using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench;

/// <summary>Kernels of each family with the fewest bytes that they have to move. Products and convolutions are bound by arithmetic: theirs says how
/// far they are from being bound by memory. The families of SAM and of the optimizers are in whole steps.</summary>
/// <param name="device">The device.</param>
/// <param name="count">Elements; a multiple of 4096.</param>
internal sealed class GpuFamilies(CudaAccelerator device, int count) : IDisposable
{
    private const int Channels = 64, Side = 8, Classes = 128, Groups = 8;

    private readonly DeviceMemory _x = device.Allocate((long)count * sizeof(float), "x");
    private readonly DeviceMemory _y = device.Allocate((long)count * sizeof(float), "y");
    private readonly DeviceMemory _z = device.Allocate((long)count * sizeof(float), "z");
    private readonly DeviceMemory _small = device.Allocate(Math.Max((long)count / Classes, 4 * Channels) * sizeof(float), "statistics");

    private readonly DeviceMemory _labels = device.Allocate((long)count / Classes * sizeof(int), "labels");
    private readonly DeviceMemory _weights = device.Allocate(Math.Max(Channels * Channels * 9, Classes * Classes) * sizeof(float), "weights");
    private readonly DeviceMemory _weightGradients = device.Allocate(Math.Max(Channels * Channels * 9, Classes * Classes) * sizeof(float), "gradients");
    private readonly HalfOperands _halves = new(device, isFloat16: false);

    /// <summary>Bytes of the plain copy.</summary>
    public long CopyBytes => 2L * sizeof(float) * count;

    /// <summary>The kernels: family, bytes, call.</summary>
    public IReadOnlyList<(string Family, long Bytes, Action Call)> All()
    {
        DeviceKernels kernels = device.Kernels;
        DevicePointer<float> x = _x.Pointer<float>(), y = _y.Pointer<float>(), z = _z.Pointer<float>(), small = _small.Pointer<float>();
        int images = count / (Channels * Side * Side), rows = count / Classes;
        Pool2dShape pool = new(Channels, Side, Side, 2, 2, 2, 2);
        RunningStatistics none = default;
        BatchNormSettings still = new(UpdateStatistics: false);
        DevicePointer<float> w = _weights.Pointer<float>(), dw = _weightGradients.Pointer<float>(), deviation = small + Channels, bias = small;
        Conv2dShape conv = new(Channels, Side, Side, Channels, 3, 3, 1, 1, 1, 1);
        long product = (2L * Bytes(count)) + Bytes(Classes * Classes), convolution = (2L * Bytes(count)) + Bytes(conv.WeightCount);
        List<(string, long, Action)> all =
        [
            ("elementwise: add", 3L * Bytes(count), () => kernels.Add(count, x, y)),
            ("activations: gelu", 2L * Bytes(count), () => kernels.ActivationForward(Activation.Gelu, count, x, y)),
            ("dropout", 2L * Bytes(count), () => kernels.Dropout(0.1f, new RandomStream(1, 2, 3), count, x, y)),
            ("random: normal", Bytes(count), () => kernels.FillNormal(count, 0, 1, new RandomStream(1, 2, 3), z)),
            ("pooling: maximum", Bytes(count) + Bytes(count / 4), () => kernels.MaxPool2dForward(pool, images, x, y)),
            ("pooling: gradient", (2L * Bytes(count)) + Bytes(count / 4), () => kernels.MaxPool2dBackward(pool, images, x, y, z, true)),
            ("normalization: batch", 3L * Bytes(count),
                () => kernels.BatchNormForward(still, images, Channels, Side * Side, x, default, default, default, none, y, small, small + Channels)),
            ("normalization: layer", 2L * Bytes(count),
                () => kernels.LayerNormForward(rows / 2, 2 * Classes, 1e-5f, x, default, default, y, small, small + (rows / 2))),
            ("losses: squared error", 3L * Bytes(count), () => kernels.SquaredError(count, x, y, Reduction.Mean, z, _small.Pointer<double>())),
            ("losses: sum", Bytes(count), () => kernels.Sum(count, x, _small.Pointer<double>())),
            ("losses: cross-entropy", 2L * Bytes(count), () => kernels.SoftmaxCrossEntropy(
                rows, Classes, x, _labels.Pointer<int>(), 0, Reduction.Mean, z, _small.Pointer<double>())),
            ("activations: gradient", 4L * Bytes(count), () => kernels.ActivationBackward(Activation.Tanh, count, x, y, x, z)),
            ("pooling: mean", Bytes(count) + Bytes(count / 4), () => kernels.AvgPool2dForward(pool, images, true, x, y)),
            ("pooling: adaptive mean", Bytes(count) + Bytes(count / 16),
                () => kernels.AdaptiveAvgPool2dForward(images * Channels, Side, Side, 2, 2, x, y)),
            ("normalization: batch gradient", 3L * Bytes(count), () => kernels.BatchNormBackward(
                still, images, Channels, Side * Side, x, default, default, default, y, small, deviation, default, z, default, default, default, false)),
            ("normalization: layer gradient", 3L * Bytes(count), () => kernels.LayerNormBackward(
                rows / 2, 2 * Classes, x, default, y, small, small + (rows / 2), z, dw, dw + (2 * Classes), false)),
            ("normalization: group", 2L * Bytes(count),
                () => kernels.GroupNormForward(images, Channels, Side * Side, Groups, 1e-5f, x, default, default, y, small, small + (rows / 4))),
            ("linear: output", product, () => kernels.LinearForward(rows, Classes, Classes, x, w, bias, y, Activation.Relu)),
            ("linear: gradient of the input", product, () => kernels.LinearBackwardInput(rows, Classes, Classes, x, w, z, default)),
            ("linear: gradient of the weight", product, () => kernels.LinearBackwardWeight(rows, Classes, Classes, x, y, dw, bias, false)),
            ("convolution: output", convolution, () => kernels.Conv2dForward(conv, images, x, w, bias, y, Activation.Relu)),
            ("convolution: gradient of the input", convolution, () => kernels.Conv2dBackwardInput(conv, images, x, w, z, default, false)),
            ("convolution: gradient of the weight", convolution, () => kernels.Conv2dBackwardWeight(conv, images, x, y, dw, bias, false)),
        ];
        if (device.Capability.Major >= 8)
        {
            long half = count / 2;
            LaunchShape shape = new(device.Multiprocessors * 16, 256);
            all.Add(("operands in 16 bits", Bytes(count) * 3L / 2, () => _halves.Round(shape, half, x, half, y)));
        }

        return all;
    }

    /// <summary>The driver's own copy, which the others are set beside.</summary>
    public unsafe void Copy() => CudaException.ThrowIfFailed(
        device.Driver,
        device.Driver.CopyDeviceToDeviceAsync(_y.Pointer<byte>().Address, _x.Pointer<byte>().Address, (nuint)Bytes(count), device.Stream),
        "cuMemcpyDtoDAsync");

    /// <summary>Frees the arrays.</summary>
    public void Dispose()
    {
        foreach (DeviceMemory memory in (DeviceMemory[])[_x, _y, _z, _small, _labels, _weights, _weightGradients]) memory.Dispose();
        _halves.Dispose();
    }

    private static long Bytes(long elements) => elements * sizeof(float);
}
