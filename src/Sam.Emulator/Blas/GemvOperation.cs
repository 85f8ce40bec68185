namespace Sam.Emulator;

/// <summary>y = alpha op(A) x + beta y over a column-major float32 matrix. Sums are kept in float64 in ascending order and rounded
/// once.</summary>
internal unsafe struct GemvOperation : IBlasOperation
{
    public bool Transpose;
    public int Rows;
    public int Columns;
    public nint A;
    public int StepA;
    public nint X;
    public int IncrementX;
    public nint Y;
    public int IncrementY;
    public BlasScalar Alpha;
    public BlasScalar Beta;

    private const string Name = "cublasSgemv";

    /// <inheritdoc/>
    public readonly void Run(EmulatedCublas handle, EmulatedStream stream)
    {
        if (Rows == 0 || Columns == 0) return;
        if (!Alpha.TryRead(stream, Name, out float alpha) || !Beta.TryRead(stream, Name, out float beta)) return;
        int inner = Transpose ? Rows : Columns, outer = Transpose ? Columns : Rows;
        BlasMatrix a = new(A, Rows, Columns, StepA, sizeof(float));
        BlasMatrix x = BlasMatrix.Vector(X, inner, IncrementX);
        BlasMatrix y = BlasMatrix.Vector(Y, outer, IncrementY);
        if (alpha != 0 && !(BlasMemory.CanRead(stream, Name, "A", a) && BlasMemory.CanRead(stream, Name, "x", x))) return;
        if (!(beta == 0 ? BlasMemory.IsThere(stream, Name, "y", y) : BlasMemory.CanRead(stream, Name, "y", y))) return;

        float* matrix = (float*)A;
        float* first = (float*)X + (IncrementX < 0 ? (1 - inner) * (long)IncrementX : 0);
        float* result = (float*)Y + (IncrementY < 0 ? (1 - outer) * (long)IncrementY : 0);
        for (int i = 0; i < outer; i++)
        {
            double sum = 0;
            for (int j = 0; alpha != 0 && j < inner; j++)
            {
                float element = Transpose ? matrix[((long)i * StepA) + j] : matrix[((long)j * StepA) + i];
                sum += (double)element * first[(long)j * IncrementX];
            }

            float* target = result + ((long)i * IncrementY);
            *target = (float)((alpha * sum) + (beta == 0 ? 0 : (double)beta * *target));
        }

        BlasMemory.MarkWritten(stream, y);
        long loaded = (alpha == 0 ? 0 : a.ElementByteCount + x.ElementByteCount) + (beta == 0 ? 0 : y.ElementByteCount);
        EmulatedContext context = stream.Context;
        context.CountLibraryRun(stream, context.Instance.Ledger.ForKernel(Name), loaded, y.ElementByteCount);
    }
}
