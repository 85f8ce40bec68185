using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>Where NVRTC may be, in the order of preference.</summary>
internal static class NvrtcLocations
{
    private static readonly string[] LinuxNames = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"];
    private static readonly string[] WindowsNames = ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"];

    /// <summary>Names and paths to try. The builtins library beside a path is loaded just before that path is given, because NVRTC asks the
    /// system's loader for it by name alone, and a library that is loaded already answers to its name.</summary>
    /// <returns>Candidates, lazily.</returns>
    internal static IEnumerable<string> Candidates()
    {
        string[] names = OperatingSystem.IsWindows() ? WindowsNames : LinuxNames;
        foreach (string folder in Folders())
        {
            foreach (string name in names)
            {
                string path = Path.Combine(folder, name);
                if (File.Exists(path)) LoadBuiltins(folder);
                yield return path;
            }
        }

        foreach (string name in names) yield return name;
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
