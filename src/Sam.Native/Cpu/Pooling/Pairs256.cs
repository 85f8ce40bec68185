using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Eight outputs in a 256-bit register, lanes in the order 0 1 4 5 2 3 6 7; needs AVX2. See <see cref="IPairs{TSelf}"/>.</summary>
internal readonly unsafe struct Pairs256(Vector256<float> value) : IPairs<Pairs256>
{
    private readonly Vector256<float> _value = value;

    public static int Count => 8;

    public static Pairs256 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 Splat(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 LoadPairs(float* p, out Pairs256 second)
    {
        Vector256<float> low = Vector256.Load(p);
        Vector256<float> high = Vector256.Load(p + 8);
        second = new(Avx.Shuffle(low, high, 0xDD));
        return new(Avx.Shuffle(low, high, 0x88));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 Load(float* p) => new(Avx2.Permute4x64(Vector256.Load(p).AsDouble(), 0xD8).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 Greater(Pairs256 a, Pairs256 b) => new(Vector256.GreaterThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 IsNaN(Pairs256 a) => new(~Vector256.Equals(a._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 Select(Pairs256 mask, Pairs256 a, Pairs256 b) =>
        new(Vector256.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 operator |(Pairs256 a, Pairs256 b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 operator &(Pairs256 a, Pairs256 b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pairs256 AndNot(Pairs256 a, Pairs256 b) => new(Vector256.AndNot(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePairs(float* p, Pairs256 first, Pairs256 second)
    {
        Avx.UnpackLow(first._value, second._value).Store(p);
        Avx.UnpackHigh(first._value, second._value).Store(p + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p) => Avx2.Permute4x64(_value.AsDouble(), 0xD8).AsSingle().Store(p);
}
