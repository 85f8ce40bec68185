using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>Names of libraries, in a folder that the user names and then where the system looks.</summary>
internal static class LibraryFolders
{
    /// <summary>cuBLAS's names, the newest first.</summary>
    /// <returns>Candidates.</returns>
    internal static IEnumerable<LibraryCandidate> Cublas()
    {
        LibraryCandidate[] names = OperatingSystem.IsWindows()
            ? [new("cublas64_13.dll", 13), new("cublas64_12.dll", 12), new("cublas64_11.dll", 11)]
            : [new("libcublas.so.13", 13), new("libcublas.so.12", 12), new("libcublas.so.11", 11)];
        string? folder = Environment.GetEnvironmentVariable(CudaLibraries.CublasPathVariable);
        foreach (LibraryCandidate candidate in In(folder, names))
        {
            // cuBLAS asks the system's loader for its other half by name alone, and a library that is loaded already answers to its name.
            if (Path.IsPathFullyQualified(candidate.Path) && File.Exists(candidate.Path))
            {
                string companion = candidate.Path.EndsWith(".dll", StringComparison.Ordinal) ? $"cublasLt64_{candidate.Major}.dll" : $"libcublasLt.so.{candidate.Major}";
                NativeLibrary.TryLoad(Path.Combine(Path.GetDirectoryName(candidate.Path)!, companion), out _);
            }

            yield return candidate;
        }
    }

    /// <summary>The names in a folder, and then by themselves.</summary>
    /// <param name="folder">The folder; null or empty for none.</param>
    /// <param name="names">The names.</param>
    /// <returns>Candidates.</returns>
    internal static IEnumerable<LibraryCandidate> In(string? folder, IReadOnlyList<LibraryCandidate> names) =>
        InEach(string.IsNullOrEmpty(folder) ? [] : [folder], names);

    /// <summary>The names in each of the folders, and then by themselves.</summary>
    /// <param name="folders">The folders.</param>
    /// <param name="names">The names.</param>
    /// <returns>Candidates, lazily.</returns>
    internal static IEnumerable<LibraryCandidate> InEach(IEnumerable<string> folders, IReadOnlyList<LibraryCandidate> names)
    {
        foreach (string folder in folders)
        {
            foreach (LibraryCandidate name in names) yield return name with { Path = Path.Combine(folder, name.Path) };
        }

        foreach (LibraryCandidate name in names) yield return name;
    }
}
