namespace Sam.Generators.Kernels;

/// <summary>The C# types of CUDA C++ types.</summary>
internal static class KernelTypes
{
    private const string Long = "'long' has 4 bytes on some systems and 8 on others; write 'int' or 'long long'";

    /// <summary>The C# type of a plain C++ type, its words in order and without cv words.</summary>
    public static string? Scalar(string type) => type switch
    {
        "bool" => "bool",
        "char" or "signed char" or "int8_t" => "sbyte",
        "unsigned char" or "uint8_t" => "byte",
        "short" or "short int" or "signed short" or "int16_t" => "short",
        "unsigned short" or "unsigned short int" or "uint16_t" => "ushort",
        "int" or "signed" or "signed int" or "int32_t" => "int",
        "unsigned" or "unsigned int" or "uint32_t" => "uint",
        "long long" or "long long int" or "signed long long" or "int64_t" => "long",
        "unsigned long long" or "unsigned long long int" or "uint64_t" => "ulong",
        "size_t" => "nuint",
        "ptrdiff_t" or "intptr_t" => "nint",
        "uintptr_t" => "nuint",
        "float" => "float",
        "double" => "double",
        "half" or "__half" => "global::System.Half",
        _ => null,
    };

    /// <summary>The C# type behind a pointer to a built-in type that cannot be passed by value.</summary>
    public static string? Pointee(string type) => type switch
    {
        "void" => "byte",
        "__nv_bfloat16" or "nv_bfloat16" => "ushort",
        "half2" or "__half2" or "__nv_bfloat162" => "uint",
        "float2" => "global::System.Numerics.Vector2",
        "float3" => "global::System.Numerics.Vector3",
        "float4" => "global::System.Numerics.Vector4",
        _ => Scalar(type),
    };

    /// <summary>Why a type has no C# counterpart; null for a name that can be a struct of the user's own.</summary>
    public static string? WhyNot(string type, bool isPointer) => type switch
    {
        "long" or "long int" or "unsigned long" or "unsigned long int" or "signed long" => Long,
        "void" when !isPointer => "'void' is no type of a value",
        "wchar_t" or "char16_t" or "char32_t" or "long double" or "auto" => $"'{type}' has no C# counterpart of a fixed size",
        _ when IsVector(type) && !isPointer =>
            $"'{type}' is aligned in another way than any C# type; pass its elements, a pointer, or a struct of your own",
        _ when IsVector(type) || IsOfCuda(type) =>
            $"'{type}' has no C# counterpart; pass a pointer to its element type",
        _ when type.Contains(' ') => $"'{type}' is not known",
        _ => null,
    };

    private static bool IsOfCuda(string type) =>
        type.StartsWith("__nv_fp8", StringComparison.Ordinal) || type.StartsWith("cuda", StringComparison.Ordinal);

    private static bool IsVector(string type)
    {
        if (type is "half2" or "__half2" or "__nv_bfloat16" or "nv_bfloat16" or "__nv_bfloat162") return true;
        if (type.Length < 4 || type[type.Length - 1] is < '1' or > '4') return false;
        string element = type.Substring(0, type.Length - 1);
        return element is "char" or "uchar" or "short" or "ushort" or "int" or "uint" or "long" or "ulong" or "longlong"
            or "ulonglong" or "float" or "double";
    }
}
