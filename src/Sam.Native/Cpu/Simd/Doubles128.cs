using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Sixteen doubles in eight 128-bit registers; see <see cref="IDoubles{TSelf}"/>.</summary>
internal unsafe struct Doubles128 : IDoubles<Doubles128>
{
    private Vector128<double> a;
    private Vector128<double> b;
    private Vector128<double> c;
    private Vector128<double> d;
    private Vector128<double> e;
    private Vector128<double> f;
    private Vector128<double> g;
    private Vector128<double> h;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles128 Load(float* p)
    {
        Doubles128 result;
        result.a = Vector128.WidenLower(Vector128.Load(p));
        result.b = Vector128.WidenUpper(Vector128.Load(p));
        result.c = Vector128.WidenLower(Vector128.Load(p + 4));
        result.d = Vector128.WidenUpper(Vector128.Load(p + 4));
        result.e = Vector128.WidenLower(Vector128.Load(p + 8));
        result.f = Vector128.WidenUpper(Vector128.Load(p + 8));
        result.g = Vector128.WidenLower(Vector128.Load(p + 12));
        result.h = Vector128.WidenUpper(Vector128.Load(p + 12));
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles128 operator +(Doubles128 left, Doubles128 right)
    {
        left.a += right.a;
        left.b += right.b;
        left.c += right.c;
        left.d += right.d;
        left.e += right.e;
        left.f += right.f;
        left.g += right.g;
        left.h += right.h;
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles128 AddProduct(Doubles128 accumulator, Doubles128 left, Doubles128 right)
    {
        accumulator.a += left.a * right.a;
        accumulator.b += left.b * right.b;
        accumulator.c += left.c * right.c;
        accumulator.d += left.d * right.d;
        accumulator.e += left.e * right.e;
        accumulator.f += left.f * right.f;
        accumulator.g += left.g * right.g;
        accumulator.h += left.h * right.h;
        return accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles128 AddMagnitude(Doubles128 accumulator, Doubles128 value)
    {
        accumulator.a += Vector128.Abs(value.a);
        accumulator.b += Vector128.Abs(value.b);
        accumulator.c += Vector128.Abs(value.c);
        accumulator.d += Vector128.Abs(value.d);
        accumulator.e += Vector128.Abs(value.e);
        accumulator.f += Vector128.Abs(value.f);
        accumulator.g += Vector128.Abs(value.g);
        accumulator.h += Vector128.Abs(value.h);
        return accumulator;
    }

    // Sixteen accumulators are all the registers there are: sixteen lanes at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSquares(double* lanes, float* p, nint count)
    {
        for (nint half = 0; half < 32; half += 16)
        {
            Doubles128 sum = LoadDoubles(lanes + half);
            for (nint i = half; i < count; i += 32)
            {
                Doubles128 value = Load(p + i);
                sum = AddProduct(sum, value, value);
            }

            sum.Store(lanes + half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMagnitudes(double* lanes, float* p, nint count)
    {
        for (nint half = 0; half < 32; half += 16)
        {
            Doubles128 sum = LoadDoubles(lanes + half);
            for (nint i = half; i < count; i += 32)
            {
                Doubles128 value = Load(p + i);
                sum = AddMagnitude(sum, value);
            }

            sum.Store(lanes + half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Doubles128 LoadDoubles(double* p)
    {
        Doubles128 result;
        result.a = Vector128.Load(p);
        result.b = Vector128.Load(p + 2);
        result.c = Vector128.Load(p + 4);
        result.d = Vector128.Load(p + 6);
        result.e = Vector128.Load(p + 8);
        result.f = Vector128.Load(p + 10);
        result.g = Vector128.Load(p + 12);
        result.h = Vector128.Load(p + 14);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(double* p)
    {
        Vector128.Store(a, p + 0);
        Vector128.Store(b, p + 2);
        Vector128.Store(c, p + 4);
        Vector128.Store(d, p + 6);
        Vector128.Store(e, p + 8);
        Vector128.Store(f, p + 10);
        Vector128.Store(g, p + 12);
        Vector128.Store(h, p + 14);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Sum()
    {
        Vector128<double> two = ((a + e) + (c + g)) + ((b + f) + (d + h));
        return two.GetElement(0) + two.GetElement(1);
    }
}
