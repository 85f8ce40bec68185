namespace Sam.Emulator.Execution.Numerics;

/// <summary>Where a result that has no exact form goes.</summary>
internal enum RoundingMode
{
    /// <summary>To the nearest value, ties to even (<c>.rn</c>).</summary>
    Nearest,

    /// <summary>Towards zero (<c>.rz</c>).</summary>
    Zero,

    /// <summary>Towards minus infinity (<c>.rm</c>).</summary>
    Down,

    /// <summary>Towards plus infinity (<c>.rp</c>).</summary>
    Up,

    /// <summary>To the nearest value, ties away from zero (<c>.rna</c>).</summary>
    NearestAway,
}

/// <summary>The modifiers of an instruction that change its arithmetic, packed in <see cref="Instruction.Mode"/>.</summary>
internal static class Modes
{
    /// <summary>The bits of the <see cref="RoundingMode"/>.</summary>
    public const int RoundingMask = 7;

    /// <summary>Subnormal inputs and results become zero.</summary>
    public const int Ftz = 8;

    /// <summary>The result is clamped: to [0, 1] for reals, to the range of the type for integers.</summary>
    public const int Saturate = 16;

    /// <summary>A NaN operand makes the result NaN.</summary>
    public const int Nan = 32;

    /// <summary>Negative results become zero.</summary>
    public const int Relu = 64;

    /// <summary>The sign of a minimum or maximum is the exclusive or of the operands' (<c>.xorsign</c>).</summary>
    public const int XorSign = 128;

    /// <summary>Magnitudes are compared (<c>.abs</c>).</summary>
    public const int Abs = 256;

    /// <summary>The result is rounded to a whole number.</summary>
    public const int Integral = 512;

    /// <summary>The rounding mode of packed modifiers.</summary>
    public static RoundingMode Rounding(int mode) => (RoundingMode)(mode & RoundingMask);
}
