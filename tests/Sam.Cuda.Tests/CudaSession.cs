using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>A CUDA device for a test: a GPU where one answers, else the one in software with every check on. Its end fails the test where the
/// checkers found anything.</summary>
public sealed class CudaSession : IDisposable
{
    /// <summary>Names "emulated" to test on the device in software even where there is a GPU.</summary>
    public const string DeviceVariable = "SAM_TEST_DEVICE";

    // Kernels are compiled once for all tests of a run, and the user's own cache is left alone.
    internal static readonly string RunFolder = TemporaryFolder();

    public CudaSession(EmulatedCudaOptions? options = null, CudaPrecision precision = CudaPrecision.Float32, string? cacheFolder = null)
    {
        cacheFolder ??= RunFolder;
        if (options is null && UsesGpu)
        {
            Device = Native.Device.Cuda(new CudaOptions { Precision = precision, CacheFolder = cacheFolder });
            return;
        }

        Emulated = new EmulatedCuda(options);
        try
        {
            Device = Native.Device.Cuda(new CudaOptions
            {
                Driver = Emulated.Driver,
                Cublas = Emulated.Cublas,
                Precision = precision,
                CacheFolder = cacheFolder,
            });
        }
        catch
        {
            Emulated.Dispose();
            throw;
        }
    }

    /// <summary>Whether tests run on a GPU.</summary>
    public static bool UsesGpu { get; } = Environment.GetEnvironmentVariable(DeviceVariable) != "emulated"
        && CudaLibraries.Probe().IsAvailable && CudaLibraries.Cublas.IsAvailable;

    public Device Device { get; }

    public DeviceKernels Kernels => Device.Kernels;

    /// <summary>The device in software; null on a GPU.</summary>
    public EmulatedCuda? Emulated { get; }

    private static string TemporaryFolder()
    {
        string folder = Directory.CreateTempSubdirectory("sam-cuda-tests-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }

    public void Dispose()
    {
        Device.Dispose();
        if (Emulated is null) return;
        IReadOnlyList<Finding> findings = Emulated.Findings;
        Emulated.Dispose();
        Assert.True(Emulated.Findings.Count == 0, string.Join('\n', Emulated.Findings.Concat(findings).Distinct()));
    }
}
