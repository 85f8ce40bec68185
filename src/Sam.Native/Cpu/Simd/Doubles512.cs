using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Sixteen doubles in two 512-bit registers; see <see cref="IDoubles{TSelf}"/>.</summary>
internal unsafe struct Doubles512 : IDoubles<Doubles512>
{
    private Vector512<double> a;
    private Vector512<double> b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles512 Load(float* p)
    {
        Doubles512 result;
        result.a = Vector512.WidenLower(Vector256.Load(p).ToVector512Unsafe());
        result.b = Vector512.WidenLower(Vector256.Load(p + 8).ToVector512Unsafe());
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles512 operator +(Doubles512 left, Doubles512 right)
    {
        left.a += right.a;
        left.b += right.b;
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles512 AddProduct(Doubles512 accumulator, Doubles512 left, Doubles512 right)
    {
        accumulator.a = Vector512.FusedMultiplyAdd(left.a, right.a, accumulator.a);
        accumulator.b = Vector512.FusedMultiplyAdd(left.b, right.b, accumulator.b);
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles512 AddMagnitude(Doubles512 accumulator, Doubles512 value)
    {
        accumulator.a += Vector512.Abs(value.a);
        accumulator.b += Vector512.Abs(value.b);
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSquares(double* lanes, float* p, nint count)
    {
        Vector512<double> s0 = Vector512.Load(lanes);
        Vector512<double> s1 = Vector512.Load(lanes + 8);
        Vector512<double> s2 = Vector512.Load(lanes + 16);
        Vector512<double> s3 = Vector512.Load(lanes + 24);
        for (nint i = 0; i < count; i += 32)
        {
            float* x = p + i;
            Prefetch.Line(x + IDoubles<Doubles512>.ReadAhead);
            Prefetch.Line(x + IDoubles<Doubles512>.ReadAhead + 16);
            s0 = AddSquare(s0, Widen(x));
            s1 = AddSquare(s1, Widen(x + 8));
            s2 = AddSquare(s2, Widen(x + 16));
            s3 = AddSquare(s3, Widen(x + 24));
        }

        Vector512.Store(s0, lanes);
        Vector512.Store(s1, lanes + 8);
        Vector512.Store(s2, lanes + 16);
        Vector512.Store(s3, lanes + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMagnitudes(double* lanes, float* p, nint count)
    {
        Vector512<double> s0 = Vector512.Load(lanes);
        Vector512<double> s1 = Vector512.Load(lanes + 8);
        Vector512<double> s2 = Vector512.Load(lanes + 16);
        Vector512<double> s3 = Vector512.Load(lanes + 24);
        for (nint i = 0; i < count; i += 32)
        {
            float* x = p + i;
            s0 = AddSize(s0, Widen(x));
            s1 = AddSize(s1, Widen(x + 8));
            s2 = AddSize(s2, Widen(x + 16));
            s3 = AddSize(s3, Widen(x + 24));
        }

        Vector512.Store(s0, lanes);
        Vector512.Store(s1, lanes + 8);
        Vector512.Store(s2, lanes + 16);
        Vector512.Store(s3, lanes + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(double* p)
    {
        Vector512.Store(a, p);
        Vector512.Store(b, p + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Sum()
    {
        Vector512<double> eight = a + b;
        Vector256<double> four = eight.GetLower() + eight.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> AddSquare(Vector512<double> sum, Vector512<double> value) => Vector512.FusedMultiplyAdd(value, value, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> AddSize(Vector512<double> sum, Vector512<double> value) => sum + Vector512.Abs(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Widen(float* p) => Vector512.WidenLower(Vector256.Load(p).ToVector512Unsafe());
}
