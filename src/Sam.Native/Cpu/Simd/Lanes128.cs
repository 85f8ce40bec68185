using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Sixteen floats in four 128-bit registers; see <see cref="ILanes{TSelf}"/>.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    /// <summary>Lanes 0 to 3.</summary>
    public readonly Vector128<float> A = a;

    /// <summary>Lanes 4 to 7.</summary>
    public readonly Vector128<float> B = b;

    /// <summary>Lanes 8 to 11.</summary>
    public readonly Vector128<float> C = c;

    /// <summary>Lanes 12 to 15.</summary>
    public readonly Vector128<float> D = d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* p) => new(Vector128.Load(p), Vector128.Load(p + 4), Vector128.Load(p + 8), Vector128.Load(p + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadPartial(float* p, int count)
    {
        float* buffer = stackalloc float[16];
        for (int i = 0; i < 16; i++) buffer[i] = i < count ? p[i] : 0f;
        return Load(buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Splat(float value) =>
        new(Vector128.Create(value), Vector128.Create(value), Vector128.Create(value), Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SplatBits(int value) =>
        new(
            Vector128.Create(value).AsSingle(),
            Vector128.Create(value).AsSingle(),
            Vector128.Create(value).AsSingle(),
            Vector128.Create(value).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Indices(uint first) =>
        new(
            (Vector128.Create(first) + Vector128<uint>.Indices).AsSingle(),
            (Vector128.Create(first + 4u) + Vector128<uint>.Indices).AsSingle(),
            (Vector128.Create(first + 8u) + Vector128<uint>.Indices).AsSingle(),
            (Vector128.Create(first + 12u) + Vector128<uint>.Indices).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a.A + b.A, a.B + b.B, a.C + b.C, a.D + b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a.A - b.A, a.B - b.B, a.C - b.C, a.D - b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a.A * b.A, a.B * b.B, a.C * b.C, a.D * b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a.A / b.A, a.B / b.B, a.C / b.C, a.D / b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a) => new(-a.A, -a.B, -a.C, -a.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator &(Lanes128 a, Lanes128 b) => new(a.A & b.A, a.B & b.B, a.C & b.C, a.D & b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator |(Lanes128 a, Lanes128 b) => new(a.A | b.A, a.B | b.B, a.C | b.C, a.D | b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator ^(Lanes128 a, Lanes128 b) => new(a.A ^ b.A, a.B ^ b.B, a.C ^ b.C, a.D ^ b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Fma(Lanes128 a, Lanes128 b, Lanes128 c) =>
        new(
            Vector128.FusedMultiplyAdd(a.A, b.A, c.A),
            Vector128.FusedMultiplyAdd(a.B, b.B, c.B),
            Vector128.FusedMultiplyAdd(a.C, b.C, c.C),
            Vector128.FusedMultiplyAdd(a.D, b.D, c.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 a) => new(Vector128.Sqrt(a.A), Vector128.Sqrt(a.B), Vector128.Sqrt(a.C), Vector128.Sqrt(a.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 a) => new(Vector128.Abs(a.A), Vector128.Abs(a.B), Vector128.Abs(a.C), Vector128.Abs(a.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Less(Lanes128 a, Lanes128 b) =>
        new(Vector128.LessThan(a.A, b.A), Vector128.LessThan(a.B, b.B), Vector128.LessThan(a.C, b.C), Vector128.LessThan(a.D, b.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LessOrEqual(Lanes128 a, Lanes128 b) =>
        new(
            Vector128.LessThanOrEqual(a.A, b.A),
            Vector128.LessThanOrEqual(a.B, b.B),
            Vector128.LessThanOrEqual(a.C, b.C),
            Vector128.LessThanOrEqual(a.D, b.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Equal(Lanes128 a, Lanes128 b) =>
        new(Vector128.Equals(a.A, b.A), Vector128.Equals(a.B, b.B), Vector128.Equals(a.C, b.C), Vector128.Equals(a.D, b.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Select(Lanes128 mask, Lanes128 a, Lanes128 b) =>
        new(
            Vector128.ConditionalSelect(mask.A, a.A, b.A),
            Vector128.ConditionalSelect(mask.B, a.B, b.B),
            Vector128.ConditionalSelect(mask.C, a.C, b.C),
            Vector128.ConditionalSelect(mask.D, a.D, b.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddBits(Lanes128 a, Lanes128 b) =>
        new(
            (a.A.AsInt32() + b.A.AsInt32()).AsSingle(),
            (a.B.AsInt32() + b.B.AsInt32()).AsSingle(),
            (a.C.AsInt32() + b.C.AsInt32()).AsSingle(),
            (a.D.AsInt32() + b.D.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SubtractBits(Lanes128 a, Lanes128 b) =>
        new(
            (a.A.AsInt32() - b.A.AsInt32()).AsSingle(),
            (a.B.AsInt32() - b.B.AsInt32()).AsSingle(),
            (a.C.AsInt32() - b.C.AsInt32()).AsSingle(),
            (a.D.AsInt32() - b.D.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftLeft(Lanes128 a, int bits) =>
        new(
            Vector128.ShiftLeft(a.A.AsInt32(), bits).AsSingle(),
            Vector128.ShiftLeft(a.B.AsInt32(), bits).AsSingle(),
            Vector128.ShiftLeft(a.C.AsInt32(), bits).AsSingle(),
            Vector128.ShiftLeft(a.D.AsInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRightArithmetic(Lanes128 a, int bits) =>
        new(
            Vector128.ShiftRightArithmetic(a.A.AsInt32(), bits).AsSingle(),
            Vector128.ShiftRightArithmetic(a.B.AsInt32(), bits).AsSingle(),
            Vector128.ShiftRightArithmetic(a.C.AsInt32(), bits).AsSingle(),
            Vector128.ShiftRightArithmetic(a.D.AsInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRightLogical(Lanes128 a, int bits) =>
        new(
            Vector128.ShiftRightLogical(a.A.AsUInt32(), bits).AsSingle(),
            Vector128.ShiftRightLogical(a.B.AsUInt32(), bits).AsSingle(),
            Vector128.ShiftRightLogical(a.C.AsUInt32(), bits).AsSingle(),
            Vector128.ShiftRightLogical(a.D.AsUInt32(), bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ConvertToSingle(Lanes128 a) =>
        new(
            Vector128.ConvertToSingle(a.A.AsInt32()),
            Vector128.ConvertToSingle(a.B.AsInt32()),
            Vector128.ConvertToSingle(a.C.AsInt32()),
            Vector128.ConvertToSingle(a.D.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyWide(Lanes128 a, uint multiplier, out Lanes128 high)
    {
        Vector128<float> lowA = WideProduct(a.A, multiplier, out Vector128<float> highA);
        Vector128<float> lowB = WideProduct(a.B, multiplier, out Vector128<float> highB);
        Vector128<float> lowC = WideProduct(a.C, multiplier, out Vector128<float> highC);
        Vector128<float> lowD = WideProduct(a.D, multiplier, out Vector128<float> highD);
        high = new(highA, highB, highC, highD);
        return new(lowA, lowB, lowC, lowD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p)
    {
        A.Store(p);
        B.Store(p + 4);
        C.Store(p + 8);
        D.Store(p + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStreaming(float* p)
    {
        A.StoreAlignedNonTemporal(p);
        B.StoreAlignedNonTemporal(p + 4);
        C.StoreAlignedNonTemporal(p + 8);
        D.StoreAlignedNonTemporal(p + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(float* p, int count)
    {
        float* buffer = stackalloc float[16];
        Store(buffer);
        for (int i = 0; i < count; i++) p[i] = buffer[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum()
    {
        Vector128<float> four = (A + C) + (B + D);
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Max()
    {
        Vector128<float> four = Vector128.MaxNative(Vector128.MaxNative(A, C), Vector128.MaxNative(B, D));
        float even = float.MaxNative(four.GetElement(0), four.GetElement(2));
        return float.MaxNative(even, float.MaxNative(four.GetElement(1), four.GetElement(3)));
    }

    // The even lanes' 64-bit products and the odd lanes', then the halves sorted back to their lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> WideProduct(Vector128<float> a, uint multiplier, out Vector128<float> high)
    {
        Vector128<uint> m = Vector128.Create(multiplier);
        Vector128<ulong> even = Product(a.AsUInt32(), m);
        Vector128<ulong> odd = Product((a.AsUInt64() >> 32).AsUInt32(), m);
        Vector128<ulong> upper = Vector128.Create(0xFFFFFFFF00000000UL);
        high = Vector128.ConditionalSelect(upper, odd, even >> 32).AsSingle();
        return Vector128.ConditionalSelect(upper, odd << 32, even).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Product(Vector128<uint> a, Vector128<uint> b)
    {
        if (Sse2.IsSupported) return Sse2.Multiply(a, b);
        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyWideningLower(
                AdvSimd.ExtractNarrowingLower(a.AsUInt64()), AdvSimd.ExtractNarrowingLower(b.AsUInt64()));
        }

        Vector128<ulong> lower = Vector128.Create(0xFFFFFFFFUL);
        return (a.AsUInt64() & lower) * (b.AsUInt64() & lower);
    }
}
