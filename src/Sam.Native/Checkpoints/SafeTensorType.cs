namespace Sam.Native;

/// <summary>Element types of the safetensors format, in the order of its files: types that need a larger alignment have larger values and
/// come first in a file.</summary>
public enum SafeTensorType
{
    /// <summary>A type that this library does not know, of a younger version of the format; read as raw bytes only, and never
    /// written.</summary>
    Unknown = -1,

    /// <summary>One byte, 0 or 1. BOOL in files.</summary>
    Bool,

    /// <summary>8-bit unsigned integer. U8 in files.</summary>
    UInt8,

    /// <summary>8-bit signed integer. I8 in files.</summary>
    Int8,

    /// <summary>8-bit float with 5 exponent and 2 fraction bits. F8_E5M2 in files; read as raw bytes only.</summary>
    Float8E5M2,

    /// <summary>8-bit float with 4 exponent and 3 fraction bits. F8_E4M3 in files; read as raw bytes only.</summary>
    Float8E4M3,

    /// <summary>16-bit signed integer. I16 in files.</summary>
    Int16,

    /// <summary>16-bit unsigned integer. U16 in files.</summary>
    UInt16,

    /// <summary>IEEE 754 half precision. F16 in files.</summary>
    Float16,

    /// <summary>The upper half of a float32. BF16 in files.</summary>
    BFloat16,

    /// <summary>32-bit signed integer. I32 in files.</summary>
    Int32,

    /// <summary>32-bit unsigned integer. U32 in files.</summary>
    UInt32,

    /// <summary>IEEE 754 single precision. F32 in files.</summary>
    Float32,

    /// <summary>IEEE 754 double precision. F64 in files.</summary>
    Float64,

    /// <summary>64-bit signed integer. I64 in files.</summary>
    Int64,

    /// <summary>64-bit unsigned integer. U64 in files.</summary>
    UInt64,
}
