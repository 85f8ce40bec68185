using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class CublasTests : IDisposable
{
    // Sums of up to 40 products of values below 1 in float32: half a unit in the last place of each step, and the same again for order.
    private const float Tolerance = 1e-5f;

    private readonly TestDevice _device = new();
    private readonly CublasHandle _handle;
    private readonly Random _random = new(7);

    public CublasTests()
    {
        CublasHandle handle;
        Assert.Equal(CublasStatus.Success, Blas.Create(&handle));
        _handle = handle;
    }

    private CublasTable Blas => _device.Cuda.Cublas;

    [Theory]
    [InlineData(false, false, 1f, 0f)]
    [InlineData(true, false, 0.5f, 1f)]
    [InlineData(false, true, -2f, 0.25f)]
    [InlineData(true, true, 1f, -1f)]
    public void Sgemm_IsTheColumnMajorProduct(bool transposeA, bool transposeB, float alpha, float beta)
    {
        const int m = 17, n = 9, k = 40, pad = 3;
        int lda = (transposeA ? k : m) + pad, ldb = (transposeB ? n : k) + pad, ldc = m + pad;
        float[] a = Values(lda * (transposeA ? m : k)), b = Values(ldb * (transposeB ? k : n)), c = Values(ldc * n);
        nint da = _device.Upload<float>(a), db = _device.Upload<float>(b), dc = _device.Upload<float>(c);
        Ok(Blas.Sgemm(_handle, Operation(transposeA), Operation(transposeB), m, n, k, &alpha, da, lda, db, ldb, &beta, dc, ldc));
        float[] result = _device.Download<float>(dc, ldc * n);
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < ldc; i++)
            {
                int at = (j * ldc) + i;
                double expected = c[at];
                if (i < m)
                {
                    double sum = 0;
                    for (int l = 0; l < k; l++)
                    {
                        double left = transposeA ? a[(i * lda) + l] : a[(l * lda) + i];
                        sum += left * (transposeB ? b[(l * ldb) + j] : b[(j * ldb) + l]);
                    }

                    expected = (alpha * sum) + (beta * expected);
                }

                Assert.Equal(expected, result[at], Tolerance);
            }
        }

        _device.Free(da, db, dc);
    }

    [Fact]
    public void ABatch_IsOneProductAfterTheOther()
    {
        const int m = 4, n = 5, k = 6, batch = 3;
        float one = 1, zero = 0;
        nint a = _device.Upload<float>(Values(m * k * batch)), b = _device.Upload<float>(Values(k * n));
        nint c = _device.Allocate(m * n * batch * 4), d = _device.Allocate(m * n * batch * 4);
        Ok(Blas.SgemmStridedBatched(_handle, 0, 0, m, n, k, &one, a, m, m * k, b, k, 0, &zero, c, m, m * n, batch));
        for (int i = 0; i < batch; i++)
        {
            Ok(Blas.Sgemm(_handle, 0, 0, m, n, k, &one, a + (i * m * k * 4), m, b, k, &zero, d + (i * m * n * 4), m));
        }

        Assert.Equal(_device.Download<float>(d, m * n * batch), _device.Download<float>(c, m * n * batch));
        _device.Free(a, b, c, d);
    }

    [Fact]
    public void Tf32_RoundsTheInputsToTenBits()
    {
        float one = 1, zero = 0;
        float value = 1f + (1f / 2048) + (1f / 8192);
        nint a = _device.Upload<float>([value]), b = _device.Upload<float>([1f]), c = _device.Allocate(4);
        Ok(Blas.Sgemm(_handle, 0, 0, 1, 1, 1, &one, a, 1, b, 1, &zero, c, 1));
        Assert.Equal(value, _device.Download<float>(c, 1)[0]);
        Ok(Blas.SetMathMode(_handle, CublasMath.Tf32TensorOp));
        Ok(Blas.Sgemm(_handle, 0, 0, 1, 1, 1, &one, a, 1, b, 1, &zero, c, 1));
        Assert.Equal(1f + (1f / 1024), _device.Download<float>(c, 1)[0]);
        Ok(Blas.SetMathMode(_handle, CublasMath.Default));
        Ok(Blas.GemmEx(
            _handle, 0, 0, 1, 1, 1, &one, a, CublasDataType.Float32, 1, b, CublasDataType.Float32, 1, &zero, c, CublasDataType.Float32, 1,
            CublasComputeType.Compute32FFast16BF, -1));
        Assert.Equal(1f, _device.Download<float>(c, 1)[0]);
        _device.Free(a, b, c);
    }

    [Fact]
    public void GemmEx_TakesHalfAndBrainFloats()
    {
        float two = 2, one = 1;
        Half[] a = [(Half)1.5f, (Half)2f], b = [(Half)3f, (Half)0.25f];
        nint da = _device.Upload<Half>(a), db = _device.Upload<Half>(b);
        nint dc = _device.Upload<Half>([(Half)1f]), wide = _device.Upload<float>([0.5f]);
        Ok(Half16(dc, CublasDataType.Float16, &two, &one, CublasComputeType.Compute32F));
        Assert.Equal((Half)11f, _device.Download<Half>(dc, 1)[0]);
        Ok(Half16(wide, CublasDataType.Float32, &two, &one, CublasComputeType.Compute32F));
        Assert.Equal(10.5f, _device.Download<float>(wide, 1)[0]);
        Half halfOne = (Half)1f, halfZero = (Half)0f;
        Ok(Half16(dc, CublasDataType.Float16, &halfOne, &halfZero, CublasComputeType.Compute16F));
        Assert.Equal((Half)5f, _device.Download<Half>(dc, 1)[0]);
        Assert.Equal(CublasStatus.NotSupported, Half16(dc, CublasDataType.BFloat16, &two, &one, CublasComputeType.Compute32F));

        nint ba = _device.Upload<ushort>([0x3F80, 0x4000]), bc = _device.Upload<ushort>([0]);
        Ok(Blas.GemmEx(
            _handle, CublasOperation.Transpose, 0, 1, 1, 2, &one, ba, CublasDataType.BFloat16, 2, ba, CublasDataType.BFloat16, 2, &one,
            bc, CublasDataType.BFloat16, 1, CublasComputeType.Compute32F, -1));
        Assert.Equal(0x40A0, _device.Download<ushort>(bc, 1)[0]);
        _device.Free(da, db, dc, wide, ba, bc);

        CublasStatus Half16(nint c, CublasDataType type, void* alpha, void* beta, CublasComputeType compute) => Blas.GemmEx(
            _handle, CublasOperation.Transpose, 0, 1, 1, 2, alpha, da, CublasDataType.Float16, 2, db, CublasDataType.Float16, 2, beta, c, type, 1,
            compute, -1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sgemv_MultipliesAVector(bool transpose)
    {
        const int rows = 7, columns = 5, lda = 8;
        float alpha = 2, beta = 0.5f;
        int inner = transpose ? rows : columns, outer = transpose ? columns : rows;
        float[] a = Values(lda * columns), x = Values(inner * 2), y = Values(outer);
        nint da = _device.Upload<float>(a), dx = _device.Upload<float>(x), dy = _device.Upload<float>(y);
        Ok(Blas.Sgemv(_handle, Operation(transpose), rows, columns, &alpha, da, lda, dx, 2, &beta, dy, -1));
        float[] result = _device.Download<float>(dy, outer);
        for (int i = 0; i < outer; i++)
        {
            double sum = 0;
            for (int j = 0; j < inner; j++) sum += (double)(transpose ? a[(i * lda) + j] : a[(j * lda) + i]) * x[2 * j];
            Assert.Equal((2 * sum) + (0.5 * y[outer - 1 - i]), result[outer - 1 - i], Tolerance);
        }

        _device.Free(da, dx, dy);
    }

    [Theory]
    [InlineData(CublasPointerMode.Host)]
    [InlineData(CublasPointerMode.Device)]
    public void Reductions_PutTheirResultWhereTheModeSays(CublasPointerMode mode)
    {
        nint x = _device.Upload<float>([3f, -4f, 0f, -4f]), y = _device.Upload<float>([1f, 2f, 3f, 4f]);
        nint device = _device.Allocate(4);
        int* host = stackalloc int[1];
        Ok(Blas.SetPointerMode(_handle, mode));
        void* place = mode == CublasPointerMode.Device ? (void*)device : host;
        Ok(Blas.Sdot(_handle, 4, x, 1, y, 1, (float*)place));
        Assert.Equal(-21f, BitConverter.Int32BitsToSingle(Value()));
        Ok(Blas.Snrm2(_handle, 4, x, 1, (float*)place));
        Assert.Equal(MathF.Sqrt(41), BitConverter.Int32BitsToSingle(Value()));
        Ok(Blas.Sasum(_handle, 2, x, 2, (float*)place));
        Assert.Equal(3f, BitConverter.Int32BitsToSingle(Value()));
        Ok(Blas.Isamax(_handle, 4, x, 1, (int*)place));
        Assert.Equal(2, Value());
        Ok(Blas.Isamax(_handle, 0, x, 1, (int*)place));
        Assert.Equal(0, Value());
        _device.Free(x, y, device);

        int Value() => mode == CublasPointerMode.Device ? _device.Download<int>(device, 1)[0] : *host;
    }

    [Fact]
    public void VectorUpdates_FollowTheIncrements()
    {
        float two = 2;
        nint x = _device.Upload<float>([1f, 2f, 3f, 4f]), y = _device.Upload<float>([10f, 20f, 30f, 40f]);
        Ok(Blas.Saxpy(_handle, 2, &two, x, 2, y, -1));
        Assert.Equal([16f, 22f, 30f, 40f], _device.Download<float>(y, 4));
        Ok(Blas.Sscal(_handle, 2, &two, x, 2));
        Assert.Equal([2f, 2f, 6f, 4f], _device.Download<float>(x, 4));
        Ok(Blas.Scopy(_handle, 4, x, 1, y, 1));
        Assert.Equal([2f, 2f, 6f, 4f], _device.Download<float>(y, 4));
        _device.Free(x, y);
    }

    [Fact]
    public void ACapturedProduct_ReadsItsFactorsFromTheDeviceAtEachLaunch()
    {
        CudaStream stream = _device.Stream();
        nint a = _device.Upload<float>([3f]), c = _device.Upload<float>([0f]);
        nint alpha = _device.Upload<float>([1f]), zero = _device.Upload<float>([0f]);
        Ok(Blas.SetStream(_handle, stream));
        CudaStream now;
        Ok(Blas.GetStream(_handle, &now));
        Assert.Equal(stream, now);
        Ok(Blas.SetPointerMode(_handle, CublasPointerMode.Device));
        _device.Ok(_device.Driver.StreamBeginCapture(stream, CudaCaptureMode.Global));
        Ok(Blas.Sgemm(_handle, 0, 0, 1, 1, 1, (float*)alpha, a, 1, a, 1, (float*)zero, c, 1));
        CudaGraph graph;
        _device.Ok(_device.Driver.StreamEndCapture(stream, &graph));
        CudaGraphExec exec;
        _device.Ok(_device.Driver.GraphInstantiate(&exec, graph, 0));
        Assert.Equal(0f, _device.Download<float>(c, 1)[0]);
        _device.Ok(_device.Driver.GraphLaunch(exec, stream));
        Assert.Equal(9f, _device.Download<float>(c, 1)[0]);
        _device.Ok(_device.Driver.MemsetD32(alpha, BitConverter.SingleToUInt32Bits(2f), 1));
        _device.Ok(_device.Driver.GraphLaunch(exec, stream));
        Assert.Equal(18f, _device.Download<float>(c, 1)[0]);

        _device.Ok(_device.Driver.StreamBeginCapture(stream, CudaCaptureMode.Global));
        Ok(Blas.SetPointerMode(_handle, CublasPointerMode.Host));
        float result;
        Assert.Equal(CublasStatus.ExecutionFailed, Blas.Sdot(_handle, 1, a, 1, a, 1, &result));
        CudaGraph broken;
        Assert.Equal(CudaResult.StreamCaptureInvalidated, _device.Driver.StreamEndCapture(stream, &broken));
        Ok(Blas.SetStream(_handle, default));
        _device.Ok(_device.Driver.GraphDestroy(graph));
        _device.Ok(_device.Driver.GraphExecDestroy(exec));
        _device.Ok(_device.Driver.StreamDestroy(stream));
        _device.Free(a, c, alpha, zero);
    }

    [Fact]
    public void BadArguments_AreRefused()
    {
        float one = 1;
        nint a = _device.Upload<float>(new float[16]);
        Assert.Equal(CublasStatus.InvalidValue, Blas.Sgemm(_handle, 0, 0, 4, 4, 4, &one, a, 3, a, 4, &one, a, 4));
        Assert.Contains("Leading dimensions 3, 4, 4", _device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CublasStatus.InvalidValue, Blas.Sgemm(_handle, 0, 0, -1, 4, 4, &one, a, 4, a, 4, &one, a, 4));
        Assert.Equal(CublasStatus.InvalidValue, Blas.Sgemm(_handle, (CublasOperation)5, 0, 4, 4, 4, &one, a, 4, a, 4, &one, a, 4));
        Assert.Equal(CublasStatus.InvalidValue, Blas.Sgemm(_handle, 0, 0, 4, 4, 4, null, a, 4, a, 4, &one, a, 4));
        Assert.Equal(CublasStatus.NotInitialized, Blas.Sscal(new CublasHandle(77), 1, &one, a, 1));
        Assert.Equal(CublasStatus.InvalidValue, Blas.SetStream(_handle, new CudaStream(77)));
        Assert.Equal(CublasStatus.InvalidValue, Blas.SetWorkspace(_handle, a + 4, 16));
        Ok(Blas.SetWorkspace(_handle, a, 64));
        _device.Free(a);
    }

    [Fact]
    public void APointerToNothing_IsAFaultOnTheDevice()
    {
        float one = 1;
        nint a = _device.Upload<float>(new float[16]);
        Ok(Blas.Sgemm(_handle, 0, 0, 4, 5, 4, &one, a, 4, a, 4, &one, a, 4));
        Assert.Equal(CudaResult.IllegalAddress, _device.Driver.ContextSynchronize());
        Assert.Equal(CublasStatus.ExecutionFailed, Blas.Sscal(_handle, 1, &one, a, 1));
        Finding finding = Assert.Single(_device.Cuda.Findings);
        Assert.Contains("cublasSgemm: B of 4 x 5", finding.Message, StringComparison.Ordinal);
        Assert.Contains("16 bytes behind", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryNeverWritten_IsFoundWhenItIsRead()
    {
        float one = 1;
        nint a = _device.Allocate(16);
        Ok(Blas.Sscal(_handle, 4, &one, a, 1));
        Assert.Equal(DeviceFaultKind.Uninitialised, Assert.Single(_device.Cuda.Findings).Fault!.Kind);
    }

    [Fact]
    public void PlannedFailures_HitCublasToo()
    {
        float one = 1;
        nint a = _device.Upload<float>([1f]);
        _device.Cuda.Faults.FailCall("cublasSscal_v2", 1, CublasStatus.AllocFailed);
        Assert.Equal(CublasStatus.AllocFailed, Blas.Sscal(_handle, 1, &one, a, 1));
        Ok(Blas.Sscal(_handle, 1, &one, a, 1));
        _device.Free(a);
    }

    [Fact]
    public void AProduct_AllocatesNothing()
    {
        float one = 1, zero = 0;
        nint a = _device.Upload<float>(Values(64)), c = _device.Allocate(256);
        for (int i = 0; i < 5; i++) Ok(Blas.Sgemm(_handle, 0, 0, 8, 8, 8, &one, a, 8, a, 8, &zero, c, 8));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Blas.Sgemm(_handle, 0, 0, 8, 8, 8, &one, a, 8, a, 8, &zero, c, 8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        _device.Free(a, c);
    }

    public void Dispose()
    {
        Blas.Destroy(_handle);
        _device.Dispose();
    }

    private static CublasOperation Operation(bool transpose) => transpose ? CublasOperation.Transpose : CublasOperation.None;

    private static void Ok(CublasStatus status) => Assert.Equal(CublasStatus.Success, status);

    private float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((_random.NextDouble() * 2) - 1))];
}
