using System.Numerics;
using System.Runtime.CompilerServices;
using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>A function of 16-bit reals, in double precision: exact, or rounded to odd.</summary>
internal interface IHalfFunction
{
    /// <summary>The value before the one rounding that counts.</summary>
    static abstract double Apply(double a, double b, double c, int mode);
}

/// <summary>Arithmetic of 16-bit reals, one or two to a lane.</summary>
internal static unsafe class Halves
{
    /// <summary>The mode bit of the packed forms.</summary>
    public const int Packed = 1024;

    /// <summary>Runs a function of three operands; unused ones name the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TFormat, TFunction>(Warp warp, Instruction* i)
        where TFormat : struct, IHalfFormat
        where TFunction : struct, IHalfFunction
    {
        uint* a = (uint*)(warp.Frame + i->A);
        uint* b = (uint*)(warp.Frame + i->B);
        uint* c = (uint*)(warp.Frame + i->C);
        uint* d = (uint*)(warp.Frame + i->D);
        int mode = i->Mode;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint result = One<TFormat, TFunction>((ushort)a[lane], (ushort)b[lane], (ushort)c[lane], mode);
            if ((mode & Packed) != 0)
            {
                result |= (uint)One<TFormat,
                    TFunction>((ushort)(a[lane] >> 16), (ushort)(b[lane] >> 16), (ushort)(c[lane] >> 16), mode) << 16;
            }

            d[lane] = result;
        }
    }

    public struct Add : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => Sum(a, b);
    }

    public struct Subtract : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => Sum(a, -b);
    }

    public struct Multiply : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => a * b;
    }

    public struct FusedMultiplyAdd : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => Sum(a * b, c);
    }

    public struct Negate : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => -a;
    }

    public struct Abs : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => Math.Abs(a);
    }

    public struct Min : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) =>
            DirectedReals.Choose((float)a, (float)b, mode & ~Modes.Ftz, false);
    }

    public struct Max : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) =>
            DirectedReals.Choose((float)a, (float)b, mode & ~Modes.Ftz, true);
    }

    public struct Exp2 : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => Approximations.Exp2((float)a);
    }

    public struct Tanh : IHalfFunction
    {
        public static double Apply(double a, double b, double c, int mode) => Approximations.Tanh((float)a);
    }

    /// <summary>A comparison stored as 1.0 or 0.0 in each half.</summary>
    public struct Set<TKind> : IHalfFunction
        where TKind : struct, IRealCompare
    {
        public static double Apply(double a, double b, double c, int mode) =>
            TKind.Holds(a < b, a == b, double.IsNaN(a) || double.IsNaN(b)) ? 1 : 0;
    }

    /// <summary>A comparison of pairs into two predicates: the lower halves and the upper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ComparePair<TFormat, TKind>(Warp warp, Instruction* i)
        where TFormat : struct, IHalfFormat
        where TKind : struct, IRealCompare
    {
        uint* a = (uint*)(warp.Frame + i->A);
        uint* b = (uint*)(warp.Frame + i->B);
        uint low = 0;
        uint high = 0;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            low |= Holds<TFormat, TKind>(a[lane], b[lane]) << lane;
            high |= Holds<TFormat, TKind>(a[lane] >> 16, b[lane] >> 16) << lane;
        }

        uint* p = (uint*)(warp.Frame + i->D);
        *p = (*p & ~warp.Mask) | low;
        if (i->E >= 0)
        {
            uint* q = (uint*)(warp.Frame + i->E);
            *q = (*q & ~warp.Mask) | high;
        }
    }

    private static uint Holds<TFormat, TKind>(uint a, uint b)
        where TFormat : struct, IHalfFormat
        where TKind : struct, IRealCompare
    {
        double x = TFormat.Decode((ushort)a);
        double y = TFormat.Decode((ushort)b);
        return TKind.Holds(x < y, x == y, double.IsNaN(x) || double.IsNaN(y)) ? 1u : 0;
    }

    private static ushort One<TFormat, TFunction>(ushort a, ushort b, ushort c, int mode)
        where TFormat : struct, IHalfFormat
        where TFunction : struct, IHalfFunction
    {
        bool flush = (mode & Modes.Ftz) != 0;
        if (flush)
        {
            a = TFormat.Flush(a);
            b = TFormat.Flush(b);
            c = TFormat.Flush(c);
        }

        double value = TFunction.Apply(TFormat.Decode(a), TFormat.Decode(b), TFormat.Decode(c), mode);
        if ((mode & Modes.Saturate) != 0)
        {
            value = value >= 1 ? 1 : value > 0 ? value : 0;
        }

        if ((mode & Modes.Relu) != 0 && value <= 0)
        {
            value = 0;
        }

        ushort bits = TFormat.Encode(value, Modes.Rounding(mode));
        return flush ? TFormat.Flush(bits) : bits;
    }

    private static double Sum(double a, double b)
    {
        double sum = a + b;
        if (!double.IsFinite(sum))
        {
            return sum;
        }

        (sum, double rest) = Rounding.TwoSum(a, b);
        return rest == 0 ? sum : Rounding.RoundToOdd(sum, rest);
    }
}
