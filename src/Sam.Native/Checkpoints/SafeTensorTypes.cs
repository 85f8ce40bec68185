namespace Sam.Native;

/// <summary>Names and sizes of <see cref="SafeTensorType"/>.</summary>
internal static class SafeTensorTypes
{
    private static readonly string[] s_names =
        ["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "F64", "I64", "U64"];

    /// <summary>The type's name in files; there is one for every type that is known.</summary>
    public static string FileName(this SafeTensorType type) => s_names[(int)type];

    /// <summary>Bytes of one element of a type that is known.</summary>
    public static int ElementSize(this SafeTensorType type) => type switch
    {
        <= SafeTensorType.Float8E4M3 => 1,
        <= SafeTensorType.BFloat16 => 2,
        <= SafeTensorType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Whether values of the type can be parameters: the floats that convert to float32.</summary>
    public static bool IsFloat(this SafeTensorType type) =>
        type is SafeTensorType.Float16 or SafeTensorType.BFloat16 or SafeTensorType.Float32 or SafeTensorType.Float64;

    /// <summary>The type that a name in a file stands for, which may be none that is known.</summary>
    public static SafeTensorType Parse(string name) => (SafeTensorType)Array.IndexOf(s_names, name);

    /// <summary>The type of the elements of a span, if files have it.</summary>
    public static bool TryFrom<T>(out SafeTensorType type)
        where T : unmanaged
    {
        type = default;
        if (typeof(T) == typeof(float)) type = SafeTensorType.Float32;
        else if (typeof(T) == typeof(double)) type = SafeTensorType.Float64;
        else if (typeof(T) == typeof(Half)) type = SafeTensorType.Float16;
        else if (typeof(T) == typeof(long)) type = SafeTensorType.Int64;
        else if (typeof(T) == typeof(ulong)) type = SafeTensorType.UInt64;
        else if (typeof(T) == typeof(int)) type = SafeTensorType.Int32;
        else if (typeof(T) == typeof(uint)) type = SafeTensorType.UInt32;
        else if (typeof(T) == typeof(short)) type = SafeTensorType.Int16;
        else if (typeof(T) == typeof(ushort)) type = SafeTensorType.UInt16;
        else if (typeof(T) == typeof(sbyte)) type = SafeTensorType.Int8;
        else if (typeof(T) == typeof(byte)) type = SafeTensorType.UInt8;
        else if (typeof(T) == typeof(bool)) type = SafeTensorType.Bool;
        else return false;
        return true;
    }
}
