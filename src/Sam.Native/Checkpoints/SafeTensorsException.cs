namespace Sam.Native;

/// <summary>A safetensors file is not what the format or its use demands. The message names the file, the tensor where there is one, what
/// was expected
/// and what is there.</summary>
/// <param name="fileName">Path of the file.</param>
/// <param name="problem">What is wrong, with what was expected and what is there.</param>
/// <param name="tensorName">The tensor it is about, or null for the file as a whole.</param>
/// <param name="innerException">What it was caused by, or null.</param>
public sealed class SafeTensorsException(string fileName, string problem, string? tensorName = null, Exception? innerException = null)
    : FormatException(tensorName is null ? $"{fileName}: {problem}" : $"{fileName}: tensor '{Shorten(tensorName)}': {problem}", innerException)
{
    private const int MaximumShown = 120;

    /// <summary>Path of the file.</summary>
    public string FileName { get; } = fileName;

    /// <summary>The tensor the message is about, or null for the file as a whole.</summary>
    public string? TensorName { get; } = tensorName;

    // A hostile file may hold a name of megabytes.
    internal static string Shorten(string text) => text.Length <= MaximumShown ? text : string.Concat(text.AsSpan(0, MaximumShown), "...");
}
