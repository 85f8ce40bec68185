using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Four outputs in a 128-bit register, in order. See <see cref="IPairs{TSelf}"/>.</summary>
internal readonly unsafe struct Pairs128(Vector128<float> value) : IPairs<Pairs128>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 4;

    public static Pairs128 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 Splat(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 LoadPairs(float* p, out Pairs128 second)
    {
        Vector128<float> low = Vector128.Load(p);
        Vector128<float> high = Vector128.Load(p + 4);
        if (Sse.IsSupported)
        {
            second = new(Sse.Shuffle(low, high, 0xDD));
            return new(Sse.Shuffle(low, high, 0x88));
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            second = new(AdvSimd.Arm64.UnzipOdd(low, high));
            return new(AdvSimd.Arm64.UnzipEven(low, high));
        }

        second = new(Vector128.Create(p[1], p[3], p[5], p[7]));
        return new(Vector128.Create(p[0], p[2], p[4], p[6]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 Load(float* p) => new(Vector128.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 Greater(Pairs128 a, Pairs128 b) => new(Vector128.GreaterThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 IsNaN(Pairs128 a) => new(~Vector128.Equals(a._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 Select(Pairs128 mask, Pairs128 a, Pairs128 b) =>
        new(Vector128.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 operator |(Pairs128 a, Pairs128 b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 operator &(Pairs128 a, Pairs128 b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs128 AndNot(Pairs128 a, Pairs128 b) => new(Vector128.AndNot(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(float* p, Pairs128 first, Pairs128 second)
    {
        if (Sse.IsSupported)
        {
            Sse.UnpackLow(first._value, second._value).Store(p);
            Sse.UnpackHigh(first._value, second._value).Store(p + 4);
            return;
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            AdvSimd.Arm64.ZipLow(first._value, second._value).Store(p);
            AdvSimd.Arm64.ZipHigh(first._value, second._value).Store(p + 4);
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            p[2 * i] = first._value.GetElement(i);
            p[(2 * i) + 1] = second._value.GetElement(i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p) => _value.Store(p);
}
