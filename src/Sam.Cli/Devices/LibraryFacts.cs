using System.Globalization;
using Sam.Native.Cuda;

namespace Sam.Cli.Devices;

/// <summary>What the search for a library gave.</summary>
/// <param name="Name">The library.</param>
/// <param name="Version">Its version; empty where it is not known.</param>
/// <param name="Path">The name or path that loaded; empty where none did.</param>
/// <param name="Tried">What was tried.</param>
/// <param name="Reason">Why it is not there, with what to install; empty where it is.</param>
internal sealed record LibraryFacts(string Name, string Version, string Path, IReadOnlyList<string> Tried, string Reason)
{
    /// <summary>Whether it is there.</summary>
    public bool IsAvailable => Reason.Length == 0;

    /// <summary>Describes a probe.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="version">The library's version, or an empty text.</param>
    public static LibraryFacts Of<TTable>(LibraryProbe<TTable> probe, string version)
        where TTable : class => new(probe.Name, version, probe.Path, probe.Tried, probe.Reason);

    /// <summary>A version of the driver, which counts 12040 for 12.4.</summary>
    public static string DriverVersion(int version) =>
        version == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    /// <summary>A version of cuBLAS, which counts 120400 for 12.4.0 and, before 12, 11403 for 11.4.3.</summary>
    public static string CublasVersion(int version)
    {
        int major = version >= 100_000 ? 10_000 : 1000;
        return version == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{version / major}.{version % major / 100}.{version % 100}");
    }

    /// <summary>The version of NVRTC, where it is there and says so.</summary>
    public static string NvrtcVersion()
    {
        if (!CudaLibraries.Nvrtc.IsAvailable) return "";
        try
        {
            return new NvrtcCompiler(CudaLibraries.Nvrtc.Table).Version.ToString();
        }
        catch (CudaException)
        {
            return "";
        }
    }
}
