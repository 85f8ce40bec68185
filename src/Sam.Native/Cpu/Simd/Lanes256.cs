using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Sixteen floats in two 256-bit registers; see <see cref="ILanes{TSelf}"/>.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> a, Vector256<float> b) : ILanes<Lanes256>
{
    /// <summary>Lanes 0 to 7.</summary>
    public readonly Vector256<float> A = a;

    /// <summary>Lanes 8 to 15.</summary>
    public readonly Vector256<float> B = b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* p) => new(Vector256.Load(p), Vector256.Load(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadPartial(float* p, int count)
    {
        if (Avx.IsSupported)
        {
            return new(
                Avx.MaskLoad(p, FirstLanes(count)),
                count > 8 ? Avx.MaskLoad(p + 8, FirstLanes(count - 8)) : Vector256<float>.Zero);
        }

        float* buffer = stackalloc float[16];
        for (int i = 0; i < 16; i++) buffer[i] = i < count ? p[i] : 0f;
        return Load(buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Splat(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SplatBits(int value) => new(Vector256.Create(value).AsSingle(), Vector256.Create(value).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Indices(uint first) =>
        new(
            (Vector256.Create(first) + Vector256<uint>.Indices).AsSingle(),
            (Vector256.Create(first + 8u) + Vector256<uint>.Indices).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a.A + b.A, a.B + b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a.A - b.A, a.B - b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a.A * b.A, a.B * b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a.A / b.A, a.B / b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a) => new(-a.A, -a.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator &(Lanes256 a, Lanes256 b) => new(a.A & b.A, a.B & b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator |(Lanes256 a, Lanes256 b) => new(a.A | b.A, a.B | b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator ^(Lanes256 a, Lanes256 b) => new(a.A ^ b.A, a.B ^ b.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Fma(Lanes256 a, Lanes256 b, Lanes256 c) =>
        new(Vector256.FusedMultiplyAdd(a.A, b.A, c.A), Vector256.FusedMultiplyAdd(a.B, b.B, c.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 a) => new(Vector256.Sqrt(a.A), Vector256.Sqrt(a.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 a) => new(Vector256.Abs(a.A), Vector256.Abs(a.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Less(Lanes256 a, Lanes256 b) => new(Vector256.LessThan(a.A, b.A), Vector256.LessThan(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LessOrEqual(Lanes256 a, Lanes256 b) =>
        new(Vector256.LessThanOrEqual(a.A, b.A), Vector256.LessThanOrEqual(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Equal(Lanes256 a, Lanes256 b) => new(Vector256.Equals(a.A, b.A), Vector256.Equals(a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 a, Lanes256 b) =>
        new(Vector256.ConditionalSelect(mask.A, a.A, b.A), Vector256.ConditionalSelect(mask.B, a.B, b.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddBits(Lanes256 a, Lanes256 b) =>
        new((a.A.AsInt32() + b.A.AsInt32()).AsSingle(), (a.B.AsInt32() + b.B.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SubtractBits(Lanes256 a, Lanes256 b) =>
        new((a.A.AsInt32() - b.A.AsInt32()).AsSingle(), (a.B.AsInt32() - b.B.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftLeft(Lanes256 a, int bits) =>
        new(Vector256.ShiftLeft(a.A.AsInt32(), bits).AsSingle(), Vector256.ShiftLeft(a.B.AsInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRightArithmetic(Lanes256 a, int bits) =>
        new(Vector256.ShiftRightArithmetic(a.A.AsInt32(), bits).AsSingle(), Vector256.ShiftRightArithmetic(a.B.AsInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRightLogical(Lanes256 a, int bits) =>
        new(Vector256.ShiftRightLogical(a.A.AsUInt32(), bits).AsSingle(), Vector256.ShiftRightLogical(a.B.AsUInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ConvertToSingle(Lanes256 a) =>
        new(Vector256.ConvertToSingle(a.A.AsInt32()), Vector256.ConvertToSingle(a.B.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyWide(Lanes256 a, uint multiplier, out Lanes256 high)
    {
        Vector256<float> lowA = WideProduct(a.A, multiplier, out Vector256<float> highA);
        Vector256<float> lowB = WideProduct(a.B, multiplier, out Vector256<float> highB);
        high = new(highA, highB);
        return new(lowA, lowB);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p)
    {
        A.Store(p);
        B.Store(p + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStreaming(float* p)
    {
        A.StoreAlignedNonTemporal(p);
        B.StoreAlignedNonTemporal(p + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(float* p, int count)
    {
        if (Avx.IsSupported)
        {
            Avx.MaskStore(p, FirstLanes(count), A);
            if (count > 8) Avx.MaskStore(p + 8, FirstLanes(count - 8), B);
            return;
        }

        float* buffer = stackalloc float[16];
        Store(buffer);
        for (int i = 0; i < count; i++) p[i] = buffer[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum()
    {
        Vector256<float> eight = A + B;
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Max()
    {
        Vector256<float> eight = Vector256.MaxNative(A, B);
        Vector128<float> four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        float even = float.MaxNative(four.GetElement(0), four.GetElement(2));
        return float.MaxNative(even, float.MaxNative(four.GetElement(1), four.GetElement(3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FirstLanes(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    // The even lanes' 64-bit products and the odd lanes', then the halves sorted back to their lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WideProduct(Vector256<float> a, uint multiplier, out Vector256<float> high)
    {
        Vector256<uint> m = Vector256.Create(multiplier);
        Vector256<ulong> even = Product(a.AsUInt32(), m);
        Vector256<ulong> odd = Product((a.AsUInt64() >> 32).AsUInt32(), m);
        Vector256<ulong> upper = Vector256.Create(0xFFFFFFFF00000000UL);
        high = Vector256.ConditionalSelect(upper, odd, even >> 32).AsSingle();
        return Vector256.ConditionalSelect(upper, odd << 32, even).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<uint> a, Vector256<uint> b)
    {
        if (Avx2.IsSupported) return Avx2.Multiply(a, b);
        Vector256<ulong> lower = Vector256.Create(0xFFFFFFFFUL);
        return (a.AsUInt64() & lower) * (b.AsUInt64() & lower);
    }
}
