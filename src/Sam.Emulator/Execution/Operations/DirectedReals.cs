using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Single and double precision lane by lane: the rounding modes other than to nearest, and the approximate functions.</summary>
internal static class DirectedReals
{
    private static float In(float x, int mode) => (mode & Modes.Ftz) != 0 ? Rounding.Flush(x) : x;

    private static double Finish(double x, int mode) => (mode & Modes.Saturate) == 0 ? x : x >= 1 ? 1 : x > 0 ? x : 0;

    public struct Add : IBinary<float, float, float>, IBinary<double, double, double>
    {
        public static float Apply(float a, float b, int mode) =>
            Rounding.Finish(Rounding.Add(In(a, mode), In(b, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, double b, int mode) => Finish(Rounding.Add(a, b, Modes.Rounding(mode)), mode);
    }

    public struct Subtract : IBinary<float, float, float>, IBinary<double, double, double>
    {
        public static float Apply(float a, float b, int mode) =>
            Rounding.Finish(Rounding.Add(In(a, mode), -In(b, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, double b, int mode) => Finish(Rounding.Add(a, -b, Modes.Rounding(mode)), mode);
    }

    public struct Multiply : IBinary<float, float, float>, IBinary<double, double, double>
    {
        public static float Apply(float a, float b, int mode) =>
            Rounding.Finish(Rounding.Multiply(In(a, mode), In(b, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, double b, int mode) => Finish(Rounding.Multiply(a, b, Modes.Rounding(mode)), mode);
    }

    public struct Divide : IBinary<float, float, float>, IBinary<double, double, double>
    {
        public static float Apply(float a, float b, int mode) =>
            Rounding.Finish(Rounding.Divide(In(a, mode), In(b, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, double b, int mode) => Rounding.Divide(a, b, Modes.Rounding(mode));
    }

    public struct FusedMultiplyAdd : ITernary<float, float, float>, ITernary<double, double, double>
    {
        public static float Apply(float a, float b, float c, int mode) =>
            Rounding.Finish(Rounding.FusedMultiplyAdd(In(a, mode), In(b, mode), In(c, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, double b, double c, int mode) =>
            Finish(Rounding.FusedMultiplyAdd(a, b, c, Modes.Rounding(mode)), mode);
    }

    public struct Reciprocal : IUnary<float, float>, IUnary<double, double>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Rounding.Divide(1, In(a, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, int mode) => Rounding.Divide(1, a, Modes.Rounding(mode));
    }

    public struct SquareRoot : IUnary<float, float>, IUnary<double, double>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Rounding.Sqrt(In(a, mode), Modes.Rounding(mode)), mode);

        public static double Apply(double a, int mode) => Rounding.Sqrt(a, Modes.Rounding(mode));
    }

    /// <summary>The smaller or larger of two or three values, with the NaN, sign and magnitude rules of the mode.</summary>
    public struct Min : IBinary<float, float, float>
    {
        public static float Apply(float a, float b, int mode) => Choose(a, b, mode, false);
    }

    public struct Max : IBinary<float, float, float>
    {
        public static float Apply(float a, float b, int mode) => Choose(a, b, mode, true);
    }

    public struct Exp2 : IUnary<float, float>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Approximations.Exp2(In(a, mode)), mode);
    }

    public struct Log2 : IUnary<float, float>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Approximations.Log2(In(a, mode)), mode);
    }

    public struct Sin : IUnary<float, float>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Approximations.Sin(In(a, mode)), mode);
    }

    public struct Cos : IUnary<float, float>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Approximations.Cos(In(a, mode)), mode);
    }

    public struct Tanh : IUnary<float, float>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Approximations.Tanh(In(a, mode)), mode);
    }

    public struct ReciprocalSqrt : IUnary<float, float>, IUnary<double, double>
    {
        public static float Apply(float a, int mode) => Rounding.Finish(Approximations.ReciprocalSqrt(In(a, mode)), mode);

        public static double Apply(double a, int mode) => a == 0 ? Math.CopySign(double.PositiveInfinity, a) : 1 / Math.Sqrt(a);
    }

    public struct ReciprocalHigh : IUnary<double, double>
    {
        public static double Apply(double a, int mode) => Approximations.ReciprocalHigh(a);
    }

    public struct ReciprocalSqrtHigh : IUnary<double, double>
    {
        public static double Apply(double a, int mode) => Approximations.ReciprocalSqrtHigh(a);
    }

    /// <summary>The second value with the sign of the first.</summary>
    public struct CopySign : IBinary<float, float, float>, IBinary<double, double, double>
    {
        public static float Apply(float a, float b, int mode) => MathF.CopySign(b, a);

        public static double Apply(double a, double b, int mode) => Math.CopySign(b, a);
    }

    public static float Choose(float a, float b, int mode, bool larger)
    {
        a = In(a, mode);
        b = In(b, mode);
        bool negative = (BitConverter.SingleToUInt32Bits(a) ^ BitConverter.SingleToUInt32Bits(b)) >> 31 != 0;
        if ((mode & Modes.Abs) != 0)
        {
            a = MathF.Abs(a);
            b = MathF.Abs(b);
        }

        float chosen = (mode & Modes.Nan) != 0
            ? (larger ? MathF.Max(a, b) : MathF.Min(a, b))
            : larger ? float.MaxNumber(a, b) : float.MinNumber(a, b);
        if (float.IsNaN(chosen))
        {
            return Rounding.CanonicalNaN;
        }

        return (mode & Modes.XorSign) != 0 ? MathF.CopySign(chosen, negative ? -1 : 1) : chosen;
    }
}
