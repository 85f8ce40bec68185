using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Conversions between the types.</summary>
internal static unsafe class Conversions
{
    /// <summary>Between whole numbers: cut off, or clamped.</summary>
    public struct Integer<T, R> : IUnary<T, R>
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        public static R Apply(T a, int mode) => (mode & Modes.Saturate) != 0 ? R.CreateSaturating(a) : R.CreateTruncating(a);
    }

    /// <summary>From a whole number of at most 64 bits to a real.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IntegerToReal<T, TReal>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
        where TReal : struct, IReal
    {
        byte* a = warp.Frame + i->A;
        byte* d = warp.Frame + i->D;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T value = Lane.Read<T>(a, lane);
            bool negative = T.IsNegative(value);
            ulong magnitude = negative ? 0 - ulong.CreateTruncating(value) : ulong.CreateTruncating(value);
            double real;
            if (magnitude <= 1ul << 53)
            {
                real = (long)magnitude;
            }
            else if (typeof(TReal) == typeof(RealDouble))
            {
                ulong bits = Format.Double.Round(negative, magnitude, 0, false, Modes.Rounding(i->Mode));
                TReal.Write(d, lane, BitConverter.UInt64BitsToDouble(bits), i->Mode);
                continue;
            }
            else
            {
                // To odd at 53 bits: the narrower rounding that follows then is the only one that counts.
                ulong kept = magnitude >> 11;
                real = Math.ScaleB((double)(kept | ((magnitude & 0x7FF) != 0 ? 1ul : 0)), 11);
            }

            TReal.Write(d, lane, negative ? -real : real, i->Mode);
        }
    }

    /// <summary>From a real to a whole number: rounded, then clamped to the range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RealToInteger<TReal, R>(Warp warp, Instruction* i)
        where TReal : struct, IReal
        where R : unmanaged, IBinaryInteger<R>
    {
        byte* a = warp.Frame + i->A;
        byte* d = warp.Frame + i->D;

        // What PTX defines for NaN: zero, unless the source is double or the result has 64 bits.
        R nan = typeof(TReal) == typeof(RealDouble) || sizeof(R) == 8 ? R.One << ((sizeof(R) * 8) - 1) : R.Zero;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            double value = TReal.Read(a, lane, i->Mode);
            Lane.Write(d, lane, double.IsNaN(value) ? nan : R.CreateSaturating(ToIntegral(value, Modes.Rounding(i->Mode))));
        }
    }

    /// <summary>Between reals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RealToReal<TFrom, TTo>(Warp warp, Instruction* i)
        where TFrom : struct, IReal
        where TTo : struct, IReal
    {
        byte* a = warp.Frame + i->A;
        byte* d = warp.Frame + i->D;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            double value = TFrom.Read(a, lane, i->Mode);
            if ((i->Mode & Modes.Integral) != 0)
            {
                value = ToIntegral(value, Modes.Rounding(i->Mode));
            }

            TTo.Write(d, lane, value, i->Mode);
        }
    }

    /// <summary>Two floats to a pair of 16-bit values; the first becomes the upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TFormat>(Warp warp, Instruction* i)
        where TFormat : struct, IHalfFormat
    {
        uint* d = (uint*)(warp.Frame + i->D);
        uint* one = stackalloc uint[1];
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            RealHalf<TFormat>.Write((byte*)one, 0, RealSingle.Read(warp.Frame + i->A, lane, i->Mode), i->Mode);
            uint high = *one;
            RealHalf<TFormat>.Write((byte*)one, 0, RealSingle.Read(warp.Frame + i->B, lane, i->Mode), i->Mode);
            d[lane] = (high << 16) | *one;
        }
    }

    /// <summary>A float to tf32.</summary>
    public struct Tf32 : IUnary<float, uint>
    {
        public static uint Apply(float a, int mode)
        {
            if ((mode & Modes.Relu) != 0 && a < 0)
            {
                a = 0;
            }

            return Rounding.ToTf32(a, Modes.Rounding(mode));
        }
    }

    /// <summary>Converts, then extends a result that is narrower than its register; the target is the width of that, in bytes.
    /// The list holds the routine that converts, E a register for what it gives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Extended<R>(Warp warp, Instruction* i)
        where R : unmanaged, IBinaryInteger<R>
    {
        byte* frame = warp.Frame;
        Instruction inner = *i;
        inner.D = i->E;
        ((delegate*<Warp, Instruction*, void>)*(void**)i->List)(warp, &inner);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            R value = Lane.Read<R>(frame + i->E, lane);
            if (i->Target == 8)
            {
                Lane.Write(frame + i->D, lane, ulong.CreateTruncating(value));
            }
            else if (i->Target == 4)
            {
                Lane.Write(frame + i->D, lane, uint.CreateTruncating(value));
            }
            else
            {
                Lane.Write(frame + i->D, lane, ushort.CreateTruncating(value));
            }
        }
    }

    /// <summary>Takes the lower words of 64-bit registers and converts those.</summary>
    /// <remarks>The list holds what the conversion itself may want there, then its routine; B is a register for the words.</remarks>
    public static void FromWide(Warp warp, Instruction* i)
    {
        ulong* wide = (ulong*)(warp.Frame + i->A);
        uint* words = (uint*)(warp.Frame + i->B);
        for (int lane = 0; lane < Lane.Count; lane++) words[lane] = (uint)wide[lane];
        Instruction inner = *i;
        inner.A = i->B;
        ((delegate*<Warp, Instruction*, void>)((void**)i->List)[1])(warp, &inner);
    }

    /// <summary><c>cvt.pack</c>: two signed words, clamped, packed into the lower bits above c.</summary>
    public struct PackIntegers : ITernary<int, uint, uint>
    {
        public static uint Apply(int a, int b, uint c, int mode)
        {
            // The mode is the width of a result in bits, negative for an unsigned one.
            int width = Math.Abs(mode);
            long low = mode < 0 ? 0 : -(1L << (width - 1));
            long high = mode < 0 ? (1L << width) - 1 : (1L << (width - 1)) - 1;
            uint ones = (1u << width) - 1;
            uint pair = (((uint)Math.Clamp(a, low, high) & ones) << width) | ((uint)Math.Clamp(b, low, high) & ones);
            return width == 16 ? pair : (c << (2 * width)) | pair;
        }
    }

    /// <summary>Signed words to floats on whole registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SignedToSingle(Warp warp, Instruction* i)
    {
        int* a = (int*)(warp.Frame + i->A);
        Lane.Store32(
            warp.Frame + i->D,
            Vector512.ConvertToSingle(Vector512.Load(a)).AsUInt32(),
            Vector512.ConvertToSingle(Vector512.Load(a + 16)).AsUInt32(),
            warp.Mask);
    }

    /// <summary>Rounds floats to whole numbers on whole registers.</summary>
    public struct Integral<F, TDirection> : IVectorUnary<float>
        where F : struct, IFinish
        where TDirection : struct, IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => F.Out(TDirection.Apply(F.In(a)));
    }

    public struct Floor : IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => Vector512.Floor(a);
    }

    public struct Ceiling : IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => Vector512.Ceiling(a);
    }

    public struct Truncate : IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => Vector512.Truncate(a);
    }

    public struct ToEven : IVectorUnary<float>
    {
        public static Vector512<float> Apply(Vector512<float> a) => Vector512.Round(a);
    }

    private static double ToIntegral(double value, RoundingMode mode) => mode switch
    {
        RoundingMode.Nearest => Math.Round(value, MidpointRounding.ToEven),
        RoundingMode.Zero => Math.Truncate(value),
        RoundingMode.Down => Math.Floor(value),
        _ => Math.Ceiling(value),
    };
}
