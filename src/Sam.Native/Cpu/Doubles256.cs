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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Sum()
    {
        Vector256<double> four = (a + c) + (b + d);
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }
}
