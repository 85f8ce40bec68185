using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>A real type of registers, read exactly as a double and written with one rounding.</summary>
internal unsafe interface IReal
{
    /// <summary>The value of a lane.</summary>
    static abstract double Read(byte* register, int lane, int mode);

    /// <summary>Rounds a value, which may have been rounded to odd, and stores it.</summary>
    static abstract void Write(byte* register, int lane, double value, int mode);
}

/// <summary>A 16-bit format.</summary>
internal interface IHalfFormat
{
    /// <summary>The exact value.</summary>
    static abstract double Decode(ushort bits);

    /// <summary>The rounded bits; NaN becomes 0x7FFF.</summary>
    static abstract ushort Encode(double value, RoundingMode mode);

    /// <summary>The bits without subnormals.</summary>
    static abstract ushort Flush(ushort bits);
}

internal struct Float16 : IHalfFormat
{
    public static double Decode(ushort bits) => (double)BitConverter.UInt16BitsToHalf(bits);

    public static ushort Encode(double value, RoundingMode mode) => double.IsNaN(value) ? (ushort)0x7FFF
        : mode == RoundingMode.Nearest ? BitConverter.HalfToUInt16Bits((Half)value) : Rounding.ToHalf(value, mode);

    public static ushort Flush(ushort bits) => (bits & 0x7C00) == 0 ? (ushort)(bits & 0x8000) : bits;
}

internal struct BFloat16 : IHalfFormat
{
    public static double Decode(ushort bits) => Rounding.FromBFloat16(bits);

    public static ushort Encode(double value, RoundingMode mode)
    {
        if (double.IsNaN(value))
        {
            return 0x7FFF;
        }

        if (mode != RoundingMode.Nearest)
        {
            return Rounding.ToBFloat16(value, mode);
        }

        float single = (float)value;
        uint bits = BitConverter.SingleToUInt32Bits(single);
        double rest = value - single;
        if (rest != 0 && (bits & 1) == 0 && !float.IsInfinity(single))
        {
            // Rounded to odd, so that the second rounding sees that something was left.
            bits = single == 0 ? bits | 1 : (rest > 0) == (single > 0) ? bits + 1 : bits - 1;
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    public static ushort Flush(ushort bits) => (bits & 0x7F80) == 0 ? (ushort)(bits & 0x8000) : bits;
}

/// <summary>A 16-bit format in a register.</summary>
internal unsafe struct RealHalf<TFormat> : IReal
    where TFormat : struct, IHalfFormat
{
    public static double Read(byte* register, int lane, int mode) => TFormat.Decode(*(ushort*)(register + (lane * 4)));

    public static void Write(byte* register, int lane, double value, int mode)
    {
        if ((mode & Modes.Saturate) != 0)
        {
            value = value >= 1 ? 1 : value > 0 ? value : 0;
        }

        if ((mode & Modes.Relu) != 0)
        {
            value = value > 0 || double.IsNaN(value) ? value : 0;
        }

        *(uint*)(register + (lane * 4)) = TFormat.Encode(value, Modes.Rounding(mode));
    }
}

/// <summary>Single precision in a register.</summary>
internal unsafe struct RealSingle : IReal
{
    public static double Read(byte* register, int lane, int mode)
    {
        float value = ((float*)register)[lane];
        return (mode & Modes.Ftz) != 0 ? Rounding.Flush(value) : value;
    }

    public static void Write(byte* register, int lane, double value, int mode)
    {
        float rounded = Modes.Rounding(mode) == RoundingMode.Nearest ? (float)value : Rounding.ToSingle(value, 0, Modes.Rounding(mode));
        ((float*)register)[lane] = Rounding.Finish(rounded, mode);
    }
}

/// <summary>Double precision in a register.</summary>
internal unsafe struct RealDouble : IReal
{
    public static double Read(byte* register, int lane, int mode) => ((double*)register)[lane];

    public static void Write(byte* register, int lane, double value, int mode) =>
        ((double*)register)[lane] = (mode & Modes.Saturate) == 0 ? value : value >= 1 ? 1 : value > 0 ? value : 0;
}
