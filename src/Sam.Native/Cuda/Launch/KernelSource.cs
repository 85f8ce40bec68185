using System.Globalization;

namespace Sam.Native.Cuda;

/// <summary>A file of kernels as generated bindings hand it to <see cref="IKernelModules"/>: its text, the PTX made ahead, and the
/// constants.</summary>
/// <param name="name">The file's name, such as <c>sam_norm.cu</c>.</param>
/// <param name="text">CUDA C++ as UTF-8.</param>
/// <param name="ptx">PTX of the text with its default constants, as UTF-8; empty where none was made ahead.</param>
/// <param name="defines">Constants that differ from their defaults, as compiler options with a space before each; empty for none.</param>
public readonly ref struct KernelSource(string name, ReadOnlySpan<byte> text, ReadOnlySpan<byte> ptx, string defines)
{
    /// <summary>The file's name.</summary>
    public string Name { get; } = name;

    /// <summary>CUDA C++ as UTF-8.</summary>
    public ReadOnlySpan<byte> Text { get; } = text;

    /// <summary>PTX of the text with its default constants; empty where none was made ahead.</summary>
    public ReadOnlySpan<byte> Ptx { get; } = ptx;

    /// <summary>Constants that differ from their defaults, such as <c> -DTILE=16</c>.</summary>
    public string Defines { get; } = defines;

    /// <summary>The compiler option that gives a constant an integer value.</summary>
    /// <param name="name">The constant.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The option with a space before it.</returns>
    public static string Define(string name, int value) => string.Create(CultureInfo.InvariantCulture, $" -D{name}={value}");

    /// <summary>The compiler option that gives a constant a truth value.</summary>
    /// <param name="name">The constant.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The option with a space before it.</returns>
    public static string Define(string name, bool value) => $" -D{name}={(value ? "true" : "false")}";

    /// <summary>The compiler option that gives a constant a float32 value, which it keeps to the last bit.</summary>
    /// <param name="name">The constant.</param>
    /// <param name="value">Its value; finite.</param>
    /// <returns>The option with a space before it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite: C++ has no literal for it.</exception>
    public static string Define(string name, float value)
    {
        if (!float.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, $"The constant {name} must be finite.");
        return string.Create(CultureInfo.InvariantCulture, $" -D{name}={value:E8}f");
    }
}
