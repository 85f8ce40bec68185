namespace Sam.Native.Cuda;

/// <summary>cuBLAS as the device uses it: one handle in the device's stream, a workspace of its own, and the chosen precision.</summary>
internal sealed unsafe class CublasContext : IDisposable
{
    // What NVIDIA's documentation recommends for graphs and for Hopper: with less, products may fall back to slower kernels; without
    // one of our own, capture would allocate.
    private const long WorkspaceBytes = 32 << 20;

    // The library's choice.
    private const int DefaultAlgorithm = -1;

    private readonly CublasTable _cublas;
    private readonly CudaAccelerator _device;
    private readonly CublasHandle _handle;
    private readonly DeviceMemory? _workspace;

    public CublasContext(CublasTable cublas, CudaAccelerator device)
    {
        _cublas = cublas;
        _device = device;
        CublasHandle handle;
        CudaException.ThrowIfFailed(cublas.Create(&handle), "cublasCreate");
        _handle = handle;
        try
        {
            _workspace = device.AllocateOwn(WorkspaceBytes, "cuBLAS workspace", clears: false);
            CudaException.ThrowIfFailed(cublas.SetStream(handle, device.Stream), "cublasSetStream");
            CudaException.ThrowIfFailed(
                cublas.SetWorkspace(handle, _workspace.Pointer<byte>().Address, (nuint)WorkspaceBytes), "cublasSetWorkspace");
            CublasMath mode = device.Options.Precision == CudaPrecision.Tf32 ? CublasMath.Tf32TensorOp : CublasMath.Default;
            CudaException.ThrowIfFailed(cublas.SetMathMode(handle, mode), "cublasSetMathMode");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>C = op(A) op(B) + beta C of row-major matrices: C (m, n), op(A) (m, k), op(B) (k, n). A transposed A is stored (k, m), a
    /// transposed B (n, k).</summary>
    public void Multiply(
        bool transposeA, bool transposeB, int m, int n, int k, DevicePointer<float> a, DevicePointer<float> b, float beta,
        DevicePointer<float> c)
    {
        if (_device.Launcher.IsSuppressed) return;

        // cuBLAS is column-major: the row-major product C = A B is its C^T = B^T A^T.
        float one = 1;
        CublasStatus status = _cublas.Sgemm(
            _handle,
            transposeB ? CublasOperation.Transpose : CublasOperation.None,
            transposeA ? CublasOperation.Transpose : CublasOperation.None,
            n,
            m,
            k,
            &one,
            b.Address,
            transposeB ? k : n,
            a.Address,
            transposeA ? m : k,
            &beta,
            c.Address,
            n);
        CudaException.ThrowIfFailed(status, "cublasSgemm");
    }

    /// <summary>The same product for each of many pairs of matrices at fixed distances; a distance of 0 uses one matrix for all.</summary>
    public void MultiplyBatched(
        bool transposeA, bool transposeB, int m, int n, int k, DevicePointer<float> a, long strideA, DevicePointer<float> b, long strideB,
        float beta, DevicePointer<float> c, long strideC, int count)
    {
        if (_device.Launcher.IsSuppressed) return;
        float one = 1;
        CublasStatus status = _cublas.SgemmStridedBatched(
            _handle,
            transposeB ? CublasOperation.Transpose : CublasOperation.None,
            transposeA ? CublasOperation.Transpose : CublasOperation.None,
            n,
            m,
            k,
            &one,
            b.Address,
            transposeB ? k : n,
            strideB,
            a.Address,
            transposeA ? m : k,
            strideA,
            &beta,
            c.Address,
            n,
            strideC,
            count);
        CudaException.ThrowIfFailed(status, "cublasSgemmStridedBatched");
    }

    /// <summary><see cref="Multiply"/> of matrices of 16-bit elements; C is float32, as the sums are.</summary>
    public void MultiplyHalves(
        CublasDataType type, bool transposeA, bool transposeB, int m, int n, int k, DevicePointer<ushort> a, DevicePointer<ushort> b, float beta,
        DevicePointer<float> c)
    {
        if (_device.Launcher.IsSuppressed) return;
        float one = 1;
        CublasStatus status = _cublas.GemmEx(
            _handle,
            transposeB ? CublasOperation.Transpose : CublasOperation.None,
            transposeA ? CublasOperation.Transpose : CublasOperation.None,
            n,
            m,
            k,
            &one,
            b.Address,
            type,
            transposeB ? k : n,
            a.Address,
            type,
            transposeA ? m : k,
            &beta,
            c.Address,
            CublasDataType.Float32,
            n,
            CublasComputeType.Compute32F,
            DefaultAlgorithm);
        CudaException.ThrowIfFailed(status, "cublasGemmEx");
    }

    /// <summary><see cref="MultiplyBatched"/> of matrices of 16-bit elements; C is float32, as the sums are.</summary>
    public void MultiplyHalvesBatched(
        CublasDataType type, bool transposeA, bool transposeB, int m, int n, int k, DevicePointer<ushort> a, long strideA,
        DevicePointer<ushort> b, long strideB, float beta, DevicePointer<float> c, long strideC, int count)
    {
        if (_device.Launcher.IsSuppressed) return;
        float one = 1;
        CublasStatus status = _cublas.GemmStridedBatchedEx(
            _handle,
            transposeB ? CublasOperation.Transpose : CublasOperation.None,
            transposeA ? CublasOperation.Transpose : CublasOperation.None,
            n,
            m,
            k,
            &one,
            b.Address,
            type,
            transposeB ? k : n,
            strideB,
            a.Address,
            type,
            transposeA ? m : k,
            strideA,
            &beta,
            c.Address,
            CublasDataType.Float32,
            n,
            strideC,
            count,
            CublasComputeType.Compute32F,
            DefaultAlgorithm);
        CudaException.ThrowIfFailed(status, "cublasGemmStridedBatchedEx");
    }

    public void Dispose()
    {
        _cublas.Destroy(_handle);
        _workspace?.Dispose();
    }
}
