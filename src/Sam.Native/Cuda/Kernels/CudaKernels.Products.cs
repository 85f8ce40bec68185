namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private HalfOperands? _halves;

    /// <summary>What products round their operands to on this device.</summary>
    private CudaPrecision Precision => _device.Capability.Major >= 8 ? _device.Options.Precision : CudaPrecision.Float32;

    private bool UsesHalves => Precision is CudaPrecision.BFloat16 or CudaPrecision.Float16;

    private HalfOperands Halves => _halves ??= new HalfOperands(_device, Precision == CudaPrecision.Float16);

    // C = op(A) op(B) + beta C in the device's precision; see CublasContext.Multiply.
    private void Multiply(
        bool transposeA, bool transposeB, int m, int n, int k, DevicePointer<float> a, DevicePointer<float> b, float beta,
        DevicePointer<float> c)
    {
        if (!UsesHalves)
        {
            _device.Blas.Multiply(transposeA, transposeB, m, n, k, a, b, beta, c);
            return;
        }

        long countA = (long)m * k, countB = (long)k * n;
        (DevicePointer<ushort> left, DevicePointer<ushort> right) = Halves.Round(Words(Math.Max(countA, countB)), countA, a, countB, b);
        _device.Blas.MultiplyHalves(Halves.Type, transposeA, transposeB, m, n, k, left, right, beta, c);
    }

    // One matrix A times each image of B; see CublasContext.MultiplyBatched.
    private void MultiplyImages(
        bool transposeA, int m, int n, int k, DevicePointer<float> a, DevicePointer<float> images, long imageCount, DevicePointer<float> c,
        long strideC, int batch, bool accumulate)
    {
        float beta = accumulate ? 1 : 0;
        if (!UsesHalves)
        {
            _device.Blas.MultiplyBatched(transposeA, false, m, n, k, a, 0, images, imageCount, beta, c, strideC, batch);
            return;
        }

        long countA = (long)m * k, countB = imageCount * batch;
        (DevicePointer<ushort> left, DevicePointer<ushort> right) = Halves.Round(Words(Math.Max(countA, countB)), countA, a, countB, images);
        _device.Blas.MultiplyHalvesBatched(Halves.Type, transposeA, false, m, n, k, left, 0, right, imageCount, beta, c, strideC, batch);
    }
}
