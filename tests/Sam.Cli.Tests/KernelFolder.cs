using System.Runtime.CompilerServices;

namespace Sam.Cli.Tests;

/// <summary>Keeps the kernels that tests compile out of the user's cache folder.</summary>
internal static class KernelFolder
{
    private static readonly string s_path = Directory.CreateTempSubdirectory("sam-cli-tests-").FullName;

    [ModuleInitializer]
    internal static void Set()
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", s_path);
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(s_path, recursive: true);
    }
}
