using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>NVRTC for tests; those that need it skip where it is not installed.</summary>
internal static class TestNvrtc
{
    public static NvrtcCompiler Require()
    {
        if (!CudaLibraries.Nvrtc.IsAvailable) Assert.Skip($"{CudaLibraries.Nvrtc.Reason} eng/install-nvrtc.sh brings it.");
        return new NvrtcCompiler(CudaLibraries.Nvrtc.Table);
    }

    /// <summary>Compiles for an architecture.</summary>
    public static byte[] Compile(string source, string architecture = "compute_80", params string[] options) =>
        Require().Compile(
            System.Text.Encoding.UTF8.GetBytes(
                source), "test.cu", [$"--gpu-architecture={architecture}", "-default-device", .. options]).Ptx;
}
