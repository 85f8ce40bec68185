using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Sixteen floats in one 512-bit register; see <see cref="ILanes{TSelf}"/>.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> v) : ILanes<Lanes512>
{
    /// <summary>Lanes 0 to 15.</summary>
    public readonly Vector512<float> V = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* p) => new(Vector512.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadPartial(float* p, int count)
    {
        if (Avx512F.IsSupported) return new(Avx512F.MaskLoad(p, FirstLanes(count), Vector512<float>.Zero));
        float* buffer = stackalloc float[16];
        for (int i = 0; i < 16; i++) buffer[i] = i < count ? p[i] : 0f;
        return Load(buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Splat(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SplatBits(int value) => new(Vector512.Create(value).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Indices(uint first) => new((Vector512.Create(first) + Vector512<uint>.Indices).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a.V / b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a) => new(-a.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator &(Lanes512 a, Lanes512 b) => new(a.V & b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator |(Lanes512 a, Lanes512 b) => new(a.V | b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator ^(Lanes512 a, Lanes512 b) => new(a.V ^ b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Fma(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.FusedMultiplyAdd(a.V, b.V, c.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 a) => new(Vector512.Sqrt(a.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 a) => new(Vector512.Abs(a.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Less(Lanes512 a, Lanes512 b) => new(Vector512.LessThan(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LessOrEqual(Lanes512 a, Lanes512 b) => new(Vector512.LessThanOrEqual(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Equal(Lanes512 a, Lanes512 b) => new(Vector512.Equals(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Select(Lanes512 mask, Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(mask.V, a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddBits(Lanes512 a, Lanes512 b) => new((a.V.AsInt32() + b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SubtractBits(Lanes512 a, Lanes512 b) => new((a.V.AsInt32() - b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftLeft(Lanes512 a, int bits) => new(Vector512.ShiftLeft(a.V.AsInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftRightArithmetic(Lanes512 a, int bits) =>
        new(Vector512.ShiftRightArithmetic(a.V.AsInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftRightLogical(Lanes512 a, int bits) => new(Vector512.ShiftRightLogical(a.V.AsUInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ConvertToSingle(Lanes512 a) => new(Vector512.ConvertToSingle(a.V.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyWide(Lanes512 a, uint multiplier, out Lanes512 high)
    {
        Vector512<float> low = WideProduct(a.V, multiplier, out Vector512<float> h);
        high = new(h);
        return new(low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p)
    {
        V.Store(p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStreaming(float* p) => V.StoreAlignedNonTemporal(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(float* p, int count)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(p, FirstLanes(count), V);
            return;
        }

        float* buffer = stackalloc float[16];
        Store(buffer);
        for (int i = 0; i < count; i++) p[i] = buffer[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum()
    {
        Vector256<float> eight = V.GetLower() + V.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Max()
    {
        Vector256<float> eight = Vector256.MaxNative(V.GetLower(), V.GetUpper());
        Vector128<float> four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        float even = float.MaxNative(four.GetElement(0), four.GetElement(2));
        return float.MaxNative(even, float.MaxNative(four.GetElement(1), four.GetElement(3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FirstLanes(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    // The even lanes' 64-bit products and the odd lanes', then the halves sorted back to their lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> WideProduct(Vector512<float> a, uint multiplier, out Vector512<float> high)
    {
        Vector512<uint> m = Vector512.Create(multiplier);
        Vector512<ulong> even = Product(a.AsUInt32(), m);
        Vector512<ulong> odd = Product((a.AsUInt64() >> 32).AsUInt32(), m);
        Vector512<ulong> upper = Vector512.Create(0xFFFFFFFF00000000UL);
        high = Vector512.ConditionalSelect(upper, odd, even >> 32).AsSingle();
        return Vector512.ConditionalSelect(upper, odd << 32, even).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Product(Vector512<uint> a, Vector512<uint> b)
    {
        if (Avx512F.IsSupported) return Avx512F.Multiply(a, b);
        Vector512<ulong> lower = Vector512.Create(0xFFFFFFFFUL);
        return (a.AsUInt64() & lower) * (b.AsUInt64() & lower);
    }
}
