using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class CublasFunctions
{
    private const CublasDataType F32 = CublasDataType.Float32;
    private const CublasDataType F16 = CublasDataType.Float16;
    private const CublasDataType BF16 = CublasDataType.BFloat16;

    [UnmanagedCallersOnly]
    private static CublasStatus Sgemm(
        CublasHandle handle, CublasOperation opA, CublasOperation opB, int m, int n, int k,
        float* alpha, nint a, int lda, nint b, int ldb, float* beta, nint c, int ldc)
    {
        using CublasCall call = CublasCall.Of("cublasSgemm_v2", handle);
        GemmOperation gemm = Shape("cublasSgemm", opA, opB, m, n, k, a, F32, lda, 0, b, F32, ldb, 0, c, F32, ldc, 0, 1);
        return Gemm(call, gemm, opA, opB, alpha, beta, CublasComputeType.Compute32F);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus SgemmStridedBatched(
        CublasHandle handle, CublasOperation opA, CublasOperation opB, int m, int n, int k,
        float* alpha, nint a, int lda, long strideA, nint b, int ldb, long strideB, float* beta, nint c, int ldc, long strideC, int batch)
    {
        using CublasCall call = CublasCall.Of("cublasSgemmStridedBatched", handle);
        GemmOperation gemm = Shape(
            "cublasSgemmStridedBatched", opA, opB, m, n, k, a, F32, lda, strideA, b, F32, ldb, strideB, c, F32, ldc, strideC, batch);
        return Gemm(call, gemm, opA, opB, alpha, beta, CublasComputeType.Compute32F);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus GemmEx(
        CublasHandle handle, CublasOperation opA, CublasOperation opB, int m, int n, int k,
        void* alpha, nint a, CublasDataType typeA, int lda, nint b, CublasDataType typeB, int ldb,
        void* beta, nint c, CublasDataType typeC, int ldc, CublasComputeType compute, int algorithm)
    {
        _ = algorithm;
        using CublasCall call = CublasCall.Of("cublasGemmEx", handle);
        GemmOperation gemm = Shape("cublasGemmEx", opA, opB, m, n, k, a, typeA, lda, 0, b, typeB, ldb, 0, c, typeC, ldc, 0, 1);
        return Gemm(call, gemm, opA, opB, alpha, beta, compute);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus GemmStridedBatchedEx(
        CublasHandle handle, CublasOperation opA, CublasOperation opB, int m, int n, int k,
        void* alpha, nint a, CublasDataType typeA, int lda, long strideA, nint b, CublasDataType typeB, int ldb, long strideB,
        void* beta, nint c, CublasDataType typeC, int ldc, long strideC, int batch, CublasComputeType compute, int algorithm)
    {
        _ = algorithm;
        using CublasCall call = CublasCall.Of("cublasGemmStridedBatchedEx", handle);
        GemmOperation gemm = Shape(
            "cublasGemmStridedBatchedEx", opA, opB, m, n, k, a, typeA, lda, strideA, b, typeB, ldb, strideB, c, typeC, ldc, strideC, batch);
        return Gemm(call, gemm, opA, opB, alpha, beta, compute);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Sgemv(
        CublasHandle handle, CublasOperation op, int rows, int columns,
        float* alpha, nint a, int lda, nint x, int incrementX, float* beta, nint y, int incrementY)
    {
        using CublasCall call = CublasCall.Of("cublasSgemv_v2", handle);
        if (call.Status != CublasStatus.Success) return call.Status;
        if (!IsOperation(op)) return call.Refuse(CublasStatus.InvalidValue, $"There is no operation {(int)op}.");
        if (rows < 0 || columns < 0 || lda < Math.Max(1, rows) || incrementX == 0 || incrementY == 0)
        {
            return call.Refuse(
                CublasStatus.InvalidValue,
                $"A of {rows} x {columns} with leading dimension {lda}, increments {incrementX} and {incrementY}.");
        }

        if (alpha is null || beta is null) return call.Refuse(CublasStatus.InvalidValue, "A factor's address is null.");
        CublasPointerMode mode = call.Handle.PointerMode;
        GemvOperation gemv = new()
        {
            Transpose = op != CublasOperation.None,
            Rows = rows,
            Columns = columns,
            A = a,
            StepA = lda,
            X = x,
            IncrementX = incrementX,
            Y = y,
            IncrementY = incrementY,
            Alpha = BlasScalar.Of(alpha, mode, isHalf: false),
            Beta = BlasScalar.Of(beta, mode, isHalf: false),
        };
        return call.Submit(gemv);
    }

    private static GemmOperation Shape(
        string name, CublasOperation opA, CublasOperation opB, int m, int n, int k,
        nint a, CublasDataType typeA, int lda, long strideA, nint b, CublasDataType typeB, int ldb, long strideB,
        nint c, CublasDataType typeC, int ldc, long strideC, int batch) => new()
        {
            Name = name,
            TransposeA = opA != CublasOperation.None,
            TransposeB = opB != CublasOperation.None,
            M = m,
            N = n,
            K = k,
            A = a,
            B = b,
            C = c,
            TypeA = typeA,
            TypeB = typeB,
            TypeC = typeC,
            StepA = lda,
            StepB = ldb,
            StepC = ldc,
            StrideA = strideA,
            StrideB = strideB,
            StrideC = strideC,
            Batch = batch,
        };

    private static CublasStatus Gemm(
        CublasCall call, GemmOperation gemm, CublasOperation opA, CublasOperation opB, void* alpha, void* beta, CublasComputeType compute)
    {
        if (call.Status != CublasStatus.Success) return call.Status;
        if (!IsOperation(opA) || !IsOperation(opB)) return call.Refuse(CublasStatus.InvalidValue, "There is no such operation.");
        if (gemm.M < 0 || gemm.N < 0 || gemm.K < 0 || gemm.Batch < 0)
        {
            return call.Refuse(CublasStatus.InvalidValue, $"m {gemm.M}, n {gemm.N}, k {gemm.K}, batch {gemm.Batch}: a size is negative.");
        }

        int rowsA = Math.Max(1, gemm.TransposeA ? gemm.K : gemm.M), rowsB = Math.Max(1, gemm.TransposeB ? gemm.N : gemm.K);
        if (gemm.StepA < rowsA || gemm.StepB < rowsB || gemm.StepC < Math.Max(1, gemm.M))
        {
            return call.Refuse(
                CublasStatus.InvalidValue,
                $"Leading dimensions {gemm.StepA}, {gemm.StepB}, {gemm.StepC} for {rowsA}, {rowsB}, {gemm.M} rows of A, B and C.");
        }

        if (alpha is null || beta is null) return call.Refuse(CublasStatus.InvalidValue, "A factor's address is null.");
        if (!IsSupported(gemm.TypeA, gemm.TypeB, gemm.TypeC, compute))
        {
            return call.Refuse(
                CublasStatus.NotSupported,
                $"A {gemm.TypeA}, B {gemm.TypeB}, C {gemm.TypeC} computed as {compute} is not one of the combinations.");
        }

        bool isHalf = compute is CublasComputeType.Compute16F or CublasComputeType.Compute16FPedantic;
        gemm.Alpha = BlasScalar.Of(alpha, call.Handle.PointerMode, isHalf);
        gemm.Beta = BlasScalar.Of(beta, call.Handle.PointerMode, isHalf);
        gemm.Rounding = Rounding(call.Handle, gemm.TypeA, compute);
        return call.Submit(gemm);
    }

    private static bool IsSupported(CublasDataType a, CublasDataType b, CublasDataType c, CublasComputeType compute) => compute switch
    {
        CublasComputeType.Compute32F or CublasComputeType.Compute32FPedantic => (a, b, c) is
            (F32, F32, F32) or (F16, F16, F16) or (F16, F16, F32) or (BF16, BF16, BF16) or (BF16, BF16, F32),
        CublasComputeType.Compute32FFastTf32 or CublasComputeType.Compute32FFast16F or CublasComputeType.Compute32FFast16BF =>
            (a, b, c) is (F32, F32, F32),
        CublasComputeType.Compute16F or CublasComputeType.Compute16FPedantic => (a, b, c) is (F16, F16, F16),
        _ => false,
    };

    private static BlasRounding Rounding(EmulatedCublas handle, CublasDataType type, CublasComputeType compute) => compute switch
    {
        _ when type != F32 => BlasRounding.None,
        CublasComputeType.Compute32FFastTf32 => BlasRounding.Tf32,
        CublasComputeType.Compute32FFast16F => BlasRounding.Float16,
        CublasComputeType.Compute32FFast16BF => BlasRounding.BFloat16,
        CublasComputeType.Compute32F when (handle.Math & ~CublasMath.DisallowReducedPrecisionReduction) == CublasMath.Tf32TensorOp =>
            BlasRounding.Tf32,
        _ => BlasRounding.None,
    };

    private static bool IsOperation(CublasOperation op) => op is >= CublasOperation.None and <= CublasOperation.ConjugateTranspose;
}
