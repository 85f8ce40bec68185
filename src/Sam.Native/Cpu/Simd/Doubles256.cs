using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Sixteen doubles in four 256-bit registers; see <see cref="IDoubles{TSelf}"/>.</summary>
internal unsafe struct Doubles256 : IDoubles<Doubles256>
{
    private Vector256<double> a;
    private Vector256<double> b;
    private Vector256<double> c;
    private Vector256<double> d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles256 Load(float* p)
    {
        Doubles256 result;
        result.a = Vector256.WidenLower(Vector128.Load(p).ToVector256Unsafe());
        result.b = Vector256.WidenLower(Vector128.Load(p + 4).ToVector256Unsafe());
        result.c = Vector256.WidenLower(Vector128.Load(p + 8).ToVector256Unsafe());
        result.d = Vector256.WidenLower(Vector128.Load(p + 12).ToVector256Unsafe());
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles256 operator +(Doubles256 left, Doubles256 right)
    {
        left.a += right.a;
        left.b += right.b;
        left.c += right.c;
        left.d += right.d;
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles256 AddProduct(Doubles256 accumulator, Doubles256 left, Doubles256 right)
    {
        accumulator.a = Vector256.FusedMultiplyAdd(left.a, right.a, accumulator.a);
        accumulator.b = Vector256.FusedMultiplyAdd(left.b, right.b, accumulator.b);
        accumulator.c = Vector256.FusedMultiplyAdd(left.c, right.c, accumulator.c);
        accumulator.d = Vector256.FusedMultiplyAdd(left.d, right.d, accumulator.d);
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles256 AddMagnitude(Doubles256 accumulator, Doubles256 value)
    {
        accumulator.a += Vector256.Abs(value.a);
        accumulator.b += Vector256.Abs(value.b);
        accumulator.c += Vector256.Abs(value.c);
        accumulator.d += Vector256.Abs(value.d);
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSquares(double* lanes, float* p, nint count)
    {
        Vector256<double> s0 = Vector256.Load(lanes);
        Vector256<double> s1 = Vector256.Load(lanes + 4);
        Vector256<double> s2 = Vector256.Load(lanes + 8);
        Vector256<double> s3 = Vector256.Load(lanes + 12);
        Vector256<double> s4 = Vector256.Load(lanes + 16);
        Vector256<double> s5 = Vector256.Load(lanes + 20);
        Vector256<double> s6 = Vector256.Load(lanes + 24);
        Vector256<double> s7 = Vector256.Load(lanes + 28);
        for (nint i = 0; i < count; i += 32)
        {
            float* x = p + i;
            Prefetch.Line(x + IDoubles<Doubles256>.ReadAhead);
            Prefetch.Line(x + IDoubles<Doubles256>.ReadAhead + 16);
            s0 = AddSquare(s0, Widen(x));
            s1 = AddSquare(s1, Widen(x + 4));
            s2 = AddSquare(s2, Widen(x + 8));
            s3 = AddSquare(s3, Widen(x + 12));
            s4 = AddSquare(s4, Widen(x + 16));
            s5 = AddSquare(s5, Widen(x + 20));
            s6 = AddSquare(s6, Widen(x + 24));
            s7 = AddSquare(s7, Widen(x + 28));
        }

        Vector256.Store(s0, lanes);
        Vector256.Store(s1, lanes + 4);
        Vector256.Store(s2, lanes + 8);
        Vector256.Store(s3, lanes + 12);
        Vector256.Store(s4, lanes + 16);
        Vector256.Store(s5, lanes + 20);
        Vector256.Store(s6, lanes + 24);
        Vector256.Store(s7, lanes + 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMagnitudes(double* lanes, float* p, nint count)
    {
        Vector256<double> s0 = Vector256.Load(lanes);
        Vector256<double> s1 = Vector256.Load(lanes + 4);
        Vector256<double> s2 = Vector256.Load(lanes + 8);
        Vector256<double> s3 = Vector256.Load(lanes + 12);
        Vector256<double> s4 = Vector256.Load(lanes + 16);
        Vector256<double> s5 = Vector256.Load(lanes + 20);
        Vector256<double> s6 = Vector256.Load(lanes + 24);
        Vector256<double> s7 = Vector256.Load(lanes + 28);
        for (nint i = 0; i < count; i += 32)
        {
            float* x = p + i;
            s0 = AddSize(s0, Widen(x));
            s1 = AddSize(s1, Widen(x + 4));
            s2 = AddSize(s2, Widen(x + 8));
            s3 = AddSize(s3, Widen(x + 12));
            s4 = AddSize(s4, Widen(x + 16));
            s5 = AddSize(s5, Widen(x + 20));
            s6 = AddSize(s6, Widen(x + 24));
            s7 = AddSize(s7, Widen(x + 28));
        }

        Vector256.Store(s0, lanes);
        Vector256.Store(s1, lanes + 4);
        Vector256.Store(s2, lanes + 8);
        Vector256.Store(s3, lanes + 12);
        Vector256.Store(s4, lanes + 16);
        Vector256.Store(s5, lanes + 20);
        Vector256.Store(s6, lanes + 24);
        Vector256.Store(s7, lanes + 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(double* p)
    {
        Vector256.Store(a, p);
        Vector256.Store(b, p + 4);
        Vector256.Store(c, p + 8);
        Vector256.Store(d, p + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Sum()
    {
        Vector256<double> four = (a + c) + (b + d);
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> AddSquare(Vector256<double> sum, Vector256<double> value) => Vector256.FusedMultiplyAdd(value, value, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> AddSize(Vector256<double> sum, Vector256<double> value) => sum + Vector256.Abs(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(float* p) => Vector256.WidenLower(Vector128.Load(p).ToVector256Unsafe());
}
