using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Ptx.Syntax;

/// <summary>The bits of numbers as the types of instructions want them.</summary>
internal static class Literals
{
    /// <summary>The bits of a number of the text as a type.</summary>
    public static ulong Convert(TokenKind kind, ulong bits, PtxType type) => kind switch
    {
        TokenKind.Float32 => type == PtxType.F64 ? BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)bits)) : bits,
        TokenKind.Float64 => type.Size() == 8 && !type.IsFloat() ? bits : FloatBits(type, BitConverter.UInt64BitsToDouble(bits)),
        _ => bits,
    };

    /// <summary>The bits of a real number, rounded to a type; types that hold no reals get those of a float.</summary>
    public static ulong FloatBits(PtxType type, double value) => type switch
    {
        PtxType.F64 => BitConverter.DoubleToUInt64Bits(value),
        PtxType.F16 => BitConverter.HalfToUInt16Bits((Half)value),
        PtxType.BF16 => Rounding.ToBFloat16(value, RoundingMode.Nearest),
        _ => BitConverter.SingleToUInt32Bits((float)value),
    };
}
