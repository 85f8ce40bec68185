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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Sum()
    {
        Vector512<double> eight = a + b;
        Vector256<double> four = eight.GetLower() + eight.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }
}
