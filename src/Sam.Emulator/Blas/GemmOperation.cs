using System.Runtime.CompilerServices;
using Sam.Native.Cpu;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A batch of products C = alpha op(A) op(B) + beta C over column-major matrices of any element type.</summary>
/// <remarks>Inputs are rounded as the compute type says, multiplied and added in float32 by the CPU device's product, and the result is
/// rounded to C's type once. A compute type of float16 is modelled by that too: only the result is rounded to float16.</remarks>
internal unsafe struct GemmOperation : IBlasOperation
{
    public string Name;
    public bool TransposeA;
    public bool TransposeB;
    public int M;
    public int N;
    public int K;
    public nint A;
    public nint B;
    public nint C;
    public CublasDataType TypeA;
    public CublasDataType TypeB;
    public CublasDataType TypeC;
    public int StepA;
    public int StepB;
    public int StepC;
    public long StrideA;
    public long StrideB;
    public long StrideC;
    public int Batch;
    public BlasScalar Alpha;
    public BlasScalar Beta;
    public BlasRounding Rounding;

    /// <inheritdoc/>
    public readonly void Run(EmulatedCublas handle, EmulatedStream stream)
    {
        if (M == 0 || N == 0 || Batch == 0) return;
        if (!Alpha.TryRead(stream, Name, out float alpha) || !Beta.TryRead(stream, Name, out float beta)) return;
        int bytesA = BlasConvert.Bytes(TypeA), bytesB = BlasConvert.Bytes(TypeB), bytesC = BlasConvert.Bytes(TypeC);
        bool reads = alpha != 0 && K > 0;
        long loaded = 0, stored = 0;
        for (int i = 0; i < Batch; i++)
        {
            BlasMatrix a = new(A + (nint)(i * StrideA * bytesA), TransposeA ? K : M, TransposeA ? M : K, StepA, bytesA);
            BlasMatrix b = new(B + (nint)(i * StrideB * bytesB), TransposeB ? N : K, TransposeB ? K : N, StepB, bytesB);
            BlasMatrix c = new(C + (nint)(i * StrideC * bytesC), M, N, StepC, bytesC);
            if (reads && (!BlasMemory.CanRead(stream, Name, "A", a) || !BlasMemory.CanRead(stream, Name, "B", b))) return;
            if (!(beta == 0 ? BlasMemory.IsThere(stream, Name, "C", c) : BlasMemory.CanRead(stream, Name, "C", c))) return;
            Multiply(handle, a, b, c, reads, alpha, beta);
            BlasMemory.MarkWritten(stream, c);
            loaded += (reads ? a.ElementByteCount + b.ElementByteCount : 0) + (beta == 0 ? 0 : c.ElementByteCount);
            stored += c.ElementByteCount;
        }

        EmulatedContext context = stream.Context;
        context.CountLibraryRun(stream, context.Instance.Ledger.ForKernel(Name), loaded, stored);
    }

    private readonly void Multiply(
        EmulatedCublas handle, in BlasMatrix a, in BlasMatrix b, in BlasMatrix c, bool reads, float alpha, float beta)
    {
        float* left = null;
        float* right = null;
        int leftStep = StepA, rightStep = StepB;
        if (reads)
        {
            left = Operand(handle, 0, a, TypeA, ref leftStep);
            right = Operand(handle, 1, b, TypeB, ref rightStep);
        }

        bool direct = TypeC == CublasDataType.Float32;
        float* result = direct ? (float*)c.Address : handle.Scratch(2, (long)M * N);
        int resultStep = direct ? StepC : M;
        if (!direct && beta != 0) BlasConvert.ToFloat(c, TypeC, BlasRounding.None, result);

        // A column-major matrix is its transpose in row-major order, so the transposed product is what the row-major one computes.
        MatrixProduct.Multiply(
            handle.Context.Instance.Team,
            TransposeB,
            TransposeA,
            N,
            M,
            K,
            alpha,
            right,
            rightStep,
            left,
            leftStep,
            beta,
            result,
            resultStep);
        if (!direct) BlasConvert.FromFloat(result, c, TypeC);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float* Operand(EmulatedCublas handle, int index, in BlasMatrix matrix, CublasDataType type, ref int step)
    {
        if (type == CublasDataType.Float32 && Rounding == BlasRounding.None) return (float*)matrix.Address;
        float* converted = handle.Scratch(index, (long)matrix.Rows * matrix.Columns);
        BlasConvert.ToFloat(matrix, type, Rounding, converted);
        step = matrix.Rows;
        return converted;
    }
}
