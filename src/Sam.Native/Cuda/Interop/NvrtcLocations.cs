using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>Where NVRTC may be, in the order of preference.</summary>
internal static class NvrtcLocations
{
    private static readonly LibraryCandidate[] LinuxNames = [new("libnvrtc.so.13", 13), new("libnvrtc.so.12", 12), new("libnvrtc.so.11.2", 11)];
    private static readonly LibraryCandidate[] WindowsNames =
        [new("nvrtc64_130_0.dll", 13), new("nvrtc64_120_0.dll", 12), new("nvrtc64_112_0.dll", 11)];

    /// <summary>Names and paths to try. The builtins library beside a path is loaded just before that path is given, because NVRTC asks the
    /// system's loader for it by name alone, and a library that is loaded already answers to its name.</summary>
    /// <returns>Candidates, lazily.</returns>
    internal static IEnumerable<LibraryCandidate> Candidates()
    {
        LibraryCandidate[] names = OperatingSystem.IsWindows() ? WindowsNames : LinuxNames;
        foreach (LibraryCandidate candidate in LibraryFolders.InEach(Folders(), names))
        {
            if (Path.GetDirectoryName(candidate.Path) is { Length: > 0 } folder && File.Exists(candidate.Path)) LoadBuiltins(folder);
            yield return candidate;
        }
    }

    private static IEnumerable<string> Folders()
    {
        string? named = Environment.GetEnvironmentVariable(CudaLibraries.NvrtcPathVariable);
        if (!string.IsNullOrEmpty(named)) yield return named;

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, ".nvrtc");
            if (Directory.Exists(path)) yield return path;
        }
    }

    private static void LoadBuiltins(string folder)
    {
        string pattern = OperatingSystem.IsWindows() ? "nvrtc-builtins64_*.dll" : "libnvrtc-builtins.so.*";
        foreach (string path in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)) NativeLibrary.TryLoad(path, out _);
    }
}
