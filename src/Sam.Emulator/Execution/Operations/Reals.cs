using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>What happens to single-precision operands and results beside the arithmetic.</summary>
internal interface IFinish
{
    /// <summary>What an operand becomes.</summary>
    static abstract Vector512<float> In(Vector512<float> x);

    /// <summary>What a result becomes.</summary>
    static abstract Vector512<float> Out(Vector512<float> x);
}

/// <summary>Single and double precision, on whole registers where the rounding is to nearest.</summary>
internal static class Reals
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Flush(Vector512<float> x)
    {
        Vector512<uint> bits = x.AsUInt32();
        Vector512<uint> isTiny = Vector512.Equals(bits & Vector512.Create(0x7F800000u), Vector512<uint>.Zero);
        return Vector512.ConditionalSelect(isTiny, bits & Vector512.Create(0x80000000u), bits).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Canonical(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.Equals(x, x), x, Vector512.Create(0x7FFFFFFFu).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clamp(Vector512<float> x)
    {
        Vector512<float> positive = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(positive, Vector512<float>.One), Vector512<float>.One, positive);
    }

    public struct Plain : IFinish
    {
        public static Vector512<float> In(Vector512<float> x) => x;

        public static Vector512<float> Out(Vector512<float> x) => Canonical(x);
    }

    public struct Flushed : IFinish
    {
        public static Vector512<float> In(Vector512<float> x) => Flush(x);

        public static Vector512<float> Out(Vector512<float> x) => Flush(Canonical(x));
    }

    public struct Clamped : IFinish
    {
        public static Vector512<float> In(Vector512<float> x) => x;

        public static Vector512<float> Out(Vector512<float> x) => Clamp(x);
    }

    public struct FlushedClamped : IFinish
    {
        public static Vector512<float> In(Vector512<float> x) => Flush(x);

        public static Vector512<float> Out(Vector512<float> x) => Flush(Clamp(x));
    }

    public struct Add<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => F.Out(F.In(a) + F.In(b));
    }

    public struct Subtract<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => F.Out(F.In(a) - F.In(b));
    }

    public struct Multiply<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => F.Out(F.In(a) * F.In(b));
    }

    public struct Divide<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => F.Out(F.In(a) / F.In(b));
    }

    /// <summary>The quotient of <c>div.approx</c>: zero (NaN for an infinite dividend) where the divisor's magnitude is beyond
    /// 2^126.</summary>
    public struct DivideApproximate<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b)
        {
            Vector512<float> x = F.In(a);
            Vector512<float> y = F.In(b);
            Vector512<float> size = Vector512.Abs(y);
            Vector512<float> isHuge = Vector512.GreaterThan(size, Vector512.Create(8.507059e37f)) & Vector512.LessThan(size,
                Vector512.Create(float.PositiveInfinity));
            return F.Out(Vector512.ConditionalSelect(isHuge, x * Vector512.CopySign(Vector512<float>.Zero, y), x / y));
        }
    }

    public struct FusedMultiplyAdd<F> : IVectorTernary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            F.Out(Vector512.FusedMultiplyAdd(F.In(a), F.In(b), F.In(c)));
    }

    public struct Reciprocal<F> : IVectorUnary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a) => F.Out(Vector512<float>.One / F.In(a));
    }

    public struct SquareRoot<F> : IVectorUnary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a) => F.Out(Vector512.Sqrt(F.In(a)));
    }

    public struct Min<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => F.Out(Vector512.MinNumber(F.In(a), F.In(b)));
    }

    public struct Max<F> : IVectorBinary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => F.Out(Vector512.MaxNumber(F.In(a), F.In(b)));
    }

    /// <summary>Clamps or flushes; also the whole of <c>cvt.sat.f32.f32</c>.</summary>
    public struct Identity<F> : IVectorUnary<float>
        where F : struct, IFinish
    {
        public static Vector512<float> Apply(Vector512<float> a) => F.Out(F.In(a));
    }

    public struct Negate32 : IVectorUnary<uint>
    {
        public static Vector512<uint> Apply(Vector512<uint> a) => a ^ Vector512.Create(0x80000000u);
    }

    public struct Abs32 : IVectorUnary<uint>
    {
        public static Vector512<uint> Apply(Vector512<uint> a) => a & Vector512.Create(0x7FFFFFFFu);
    }

    public struct Negate32Flushed : IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => Flush((a.AsUInt32() ^ Vector512.Create(0x80000000u)).AsSingle());
    }

    public struct Abs32Flushed : IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => Flush((a.AsUInt32() & Vector512.Create(0x7FFFFFFFu)).AsSingle());
    }

    public struct Negate64 : IVectorUnary<ulong>
    {
        public static Vector512<ulong> Apply(Vector512<ulong> a) => a ^ Vector512.Create(1ul << 63);
    }

    public struct Abs64 : IVectorUnary<ulong>
    {
        public static Vector512<ulong> Apply(Vector512<ulong> a) => a & Vector512.Create(~(1ul << 63));
    }

    public struct Divide64 : IVectorBinary<double>
    {
        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => a / b;
    }

    public struct FusedMultiplyAdd64 : IVectorTernary<double>
    {
        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
            Vector512.FusedMultiplyAdd(a, b, c);
    }

    public struct Reciprocal64 : IVectorUnary<double>
    {
        public static Vector512<double> Apply(Vector512<double> a) => Vector512<double>.One / a;
    }

    public struct SquareRoot64 : IVectorUnary<double>
    {
        public static Vector512<double> Apply(Vector512<double> a) => Vector512.Sqrt(a);
    }

    public struct Min64 : IVectorBinary<double>
    {
        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Vector512.MinNumber(a, b);
    }

    public struct Max64 : IVectorBinary<double>
    {
        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Vector512.MaxNumber(a, b);
    }
}
