using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>Converts matrices between their stored types and float32.</summary>
internal static unsafe class BlasConvert
{
    /// <summary>Bytes of an element.</summary>
    /// <param name="type">Its type.</param>
    /// <returns>The number; 0 for a type that is not supported.</returns>
    internal static int Bytes(CublasDataType type) => type switch
    {
        CublasDataType.Float32 => 4,
        CublasDataType.Float16 or CublasDataType.BFloat16 => 2,
        _ => 0,
    };

    /// <summary>Reads a matrix into a dense float32 one.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="rounding">How float32 elements are rounded.</param>
    /// <param name="result">Receives it, column by column.</param>
    internal static void ToFloat(in BlasMatrix matrix, CublasDataType type, BlasRounding rounding, float* result)
    {
        for (int column = 0; column < matrix.Columns; column++)
        {
            byte* source = (byte*)matrix.Address + (column * matrix.Step * matrix.ElementBytes);
            float* target = result + ((long)column * matrix.Rows);
            for (int row = 0; row < matrix.Rows; row++)
            {
                target[row] = type switch
                {
                    CublasDataType.Float16 => (float)((Half*)source)[row],
                    CublasDataType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[row] << 16),
                    _ => Round(((float*)source)[row], rounding),
                };
            }
        }
    }

    /// <summary>Writes a dense float32 matrix, rounded to nearest even.</summary>
    /// <param name="source">The elements, column by column.</param>
    /// <param name="matrix">Receives them.</param>
    /// <param name="type">The type of its elements: float16 or bfloat16.</param>
    internal static void FromFloat(float* source, in BlasMatrix matrix, CublasDataType type)
    {
        for (int column = 0; column < matrix.Columns; column++)
        {
            byte* target = (byte*)matrix.Address + (column * matrix.Step * matrix.ElementBytes);
            float* values = source + ((long)column * matrix.Rows);
            for (int row = 0; row < matrix.Rows; row++)
            {
                if (type == CublasDataType.Float16) ((Half*)target)[row] = (Half)values[row];
                else ((ushort*)target)[row] = (ushort)(BitConverter.SingleToUInt32Bits(RoundToBFloat16(values[row])) >> 16);
            }
        }
    }

    /// <summary>Rounds an input of a product.</summary>
    /// <param name="value">The input.</param>
    /// <param name="rounding">How.</param>
    /// <returns>The rounded value, as float32.</returns>
    internal static float Round(float value, BlasRounding rounding) => rounding switch
    {
        BlasRounding.Tf32 => RoundToTf32(value),
        BlasRounding.Float16 => (float)(Half)value,
        BlasRounding.BFloat16 => RoundToBFloat16(value),
        _ => value,
    };

    private static float RoundToTf32(float value)
    {
        if (!float.IsFinite(value)) return value;

        // Half of the 13 bits that go, added to the magnitude; a carry moves on into the exponent as it should.
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x1000u) & 0xFFFF_E000u);
    }

    private static float RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return BitConverter.UInt32BitsToSingle((bits | 0x0040_0000u) & 0xFFFF_0000u);
        uint even = (bits >> 16) & 1;
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFFu + even) & 0xFFFF_0000u);
    }
}
