namespace Sam.Native.Cuda;

/// <summary>The computations of a CUDA device.</summary>
internal sealed partial class CudaKernels : DeviceKernels, IDisposable
{
    private const int Threads = 256;
    private readonly CudaAccelerator _device;
    private readonly ReductionScratch _scratch;

    public CudaKernels(CudaAccelerator device)
    {
        _device = device;
        _scratch = new ReductionScratch(device);
    }

    /// <summary>The device.</summary>
    public CudaAccelerator Device => _device;

    private ElementwiseKernels Elementwise => field ??= new ElementwiseKernels(_device.Launcher);

    public void Dispose()
    {
        _halves?.Dispose();
        _slices?.Dispose();
        _scratch.Dispose();
    }

    public override void Fill(long count, float value, DevicePointer<float> output)
    {
        if (count > 0) Elementwise.Fill(Words(count), count, value, output);
    }

    public override void Copy(long count, DevicePointer<float> input, DevicePointer<float> output)
    {
        if (count > 0) Elementwise.Copy(Words(count), count, input, output);
    }

    public override void Add(long count, DevicePointer<float> input, DevicePointer<float> output)
    {
        if (count > 0) Elementwise.Add(Words(count), count, input, output);
    }

    internal override void Scale(long count, float factor, DevicePointer<float> values)
    {
        if (count > 0) Elementwise.Scale(Words(count), count, _device.Constants.Put(factor), values);
    }

    // Blocks for elements taken four at a time; the kernels stride over what is left, so that no launch is larger than a few waves.
    private LaunchShape Words(long count) =>
        new((int)Math.Clamp((count + (4 * Threads) - 1) / (4 * Threads), 1, _device.Multiprocessors * 16), Threads);
}
