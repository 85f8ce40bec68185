namespace Sam.Emulator;

/// <summary>What a <see cref="VectorOperation"/> does.</summary>
internal enum VectorOperationKind
{
    Axpy,
    Scal,
    Copy,
    Dot,
    Norm,
    AbsoluteSum,
    LargestIndex,
}

/// <summary>An operation over float32 vectors. Sums are kept in float64 in ascending order and rounded once.</summary>
internal unsafe struct VectorOperation : IBlasOperation
{
    public string Name;
    public VectorOperationKind Kind;
    public int Count;
    public nint X;
    public int IncrementX;
    public nint Y;
    public int IncrementY;
    public BlasScalar Alpha;
    public nint Result;
    public bool ResultOnDevice;

    /// <inheritdoc/>
    public readonly void Run(EmulatedCublas handle, EmulatedStream stream)
    {
        bool hasY = Kind is VectorOperationKind.Axpy or VectorOperationKind.Copy or VectorOperationKind.Dot;
        bool reduces = Kind >= VectorOperationKind.Dot;
        BlasMatrix result = new(Result, 1, 1, 1, sizeof(float));
        if (reduces && ResultOnDevice && !BlasMemory.IsThere(stream, Name, "the result", result)) return;

        // A negative increment starts at the far end, and is allowed only where there is a y.
        bool isEmpty = Count <= 0 || (!hasY && IncrementX <= 0);
        BlasMatrix x = BlasMatrix.Vector(X, isEmpty ? 0 : Count, IncrementX);
        BlasMatrix y = BlasMatrix.Vector(Y, isEmpty || !hasY ? 0 : Count, IncrementY);
        if (!isEmpty)
        {
            if (!BlasMemory.CanRead(stream, Name, "x", x)) return;
            bool overwrites = Kind == VectorOperationKind.Copy;
            if (overwrites && !BlasMemory.IsThere(stream, Name, "y", y)) return;
            if (hasY && !overwrites && !BlasMemory.CanRead(stream, Name, "y", y)) return;
        }

        if (!Alpha.TryRead(stream, Name, out float alpha)) return;
        double sum = isEmpty ? 0 : Compute(alpha);
        if (reduces) Store(sum);
        bool writesX = Kind == VectorOperationKind.Scal, writesY = Kind is VectorOperationKind.Axpy or VectorOperationKind.Copy;
        if (writesX) BlasMemory.MarkWritten(stream, x);
        if (writesY) BlasMemory.MarkWritten(stream, y);
        if (reduces && ResultOnDevice) BlasMemory.MarkWritten(stream, result);

        long loaded = x.ElementByteCount + (Kind is VectorOperationKind.Axpy or VectorOperationKind.Dot ? y.ElementByteCount : 0);
        long stored = (writesX ? x.ElementByteCount : 0) + (writesY ? y.ElementByteCount : 0) + (reduces ? sizeof(float) : 0);
        EmulatedContext context = stream.Context;
        context.CountLibraryRun(stream, context.Instance.Ledger.ForKernel(Name), loaded, stored);
    }

    private readonly double Compute(float alpha)
    {
        float* x = (float*)X + (IncrementX < 0 ? (1 - Count) * (long)IncrementX : 0);
        float* y = (float*)Y + (IncrementY < 0 ? (1 - Count) * (long)IncrementY : 0);
        double sum = 0;
        float largest = 0;
        for (int i = 0; i < Count; i++)
        {
            float* xi = x + ((long)i * IncrementX);
            float* yi = y + ((long)i * IncrementY);
            switch (Kind)
            {
                case VectorOperationKind.Axpy:
                    *yi = MathF.FusedMultiplyAdd(alpha, *xi, *yi);
                    break;
                case VectorOperationKind.Scal:
                    *xi *= alpha;
                    break;
                case VectorOperationKind.Copy:
                    *yi = *xi;
                    break;
                case VectorOperationKind.Dot:
                    sum += (double)*xi * *yi;
                    break;
                case VectorOperationKind.Norm:
                    sum += (double)*xi * *xi;
                    break;
                case VectorOperationKind.AbsoluteSum:
                    sum += Math.Abs(*xi);
                    break;
                default:
                    if (i > 0 && !(Math.Abs(*xi) > largest)) break;
                    largest = Math.Abs(*xi);
                    sum = i + 1;
                    break;
            }
        }

        return Kind == VectorOperationKind.Norm ? Math.Sqrt(sum) : sum;
    }

    private readonly void Store(double value)
    {
        if (Kind == VectorOperationKind.LargestIndex) *(int*)Result = (int)value;
        else *(float*)Result = (float)value;
    }
}
