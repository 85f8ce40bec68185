using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class LibraryTests
{
    [Fact]
    public void AnAbsentLibrary_IsAValueThatListsWhatWasTried()
    {
        LibraryProbe<NvrtcTable> probe = LibraryLoader.Load(
            "A library", [new("libnone.so.1"), new("libnone.so.2")], 0, entries => new NvrtcTable(entries), "It cannot be had.");
        Assert.False(probe.IsAvailable);
        Assert.Equal(["libnone.so.1", "libnone.so.2"], probe.Tried);
        Assert.Equal("A library was not found; tried libnone.so.1, libnone.so.2. It cannot be had.", probe.Reason);
        Assert.Equal(probe.Reason, Assert.Throws<PlatformNotSupportedException>(probe.Require).Message);
    }

    [Fact]
    public void ALibraryWithoutTheFunctions_IsRefusedByTheirNames()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The C library of Linux stands for a library that lacks functions.");
        LibraryProbe<CublasTable> probe = LibraryLoader.Load("cuBLAS", [new("libc.so.6")], 0, entries => new CublasTable(entries), "");
        Assert.False(probe.IsAvailable);
        Assert.Contains("libc.so.6 loads but lacks cublasCreate_v2, cublasDestroy_v2", probe.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "libnone.so.13 libnone.so.12 libnone.so.11", "")]
    [InlineData(13000, "libnone.so.13 libnone.so.12 libnone.so.11", "")]
    [InlineData(12040, "libnone.so.12 libnone.so.11", "Left out, as the driver supports CUDA 12.4 and not theirs: libnone.so.13.")]
    [InlineData(11080, "libnone.so.11", "Left out, as the driver supports CUDA 11.8 and not theirs: libnone.so.13, libnone.so.12.")]
    public void ALibraryOfALaterReleaseThanTheDrivers_IsLeftOut(int driverVersion, string tried, string said)
    {
        LibraryCandidate[] names = [new("libnone.so.13", 13), new("libnone.so.12", 12), new("libnone.so.11", 11)];
        LibraryProbe<CublasTable> probe = LibraryLoader.Load("cuBLAS", names, driverVersion, entries => new CublasTable(entries), "Install it.");
        Assert.Equal(tried.Split(' '), probe.Tried);
        Assert.EndsWith($"{said} Install it.", probe.Reason, StringComparison.Ordinal);
        Assert.Equal(said.Length > 0, probe.Reason.Contains("Left out", StringComparison.Ordinal));
    }

    [Fact]
    public void ANamedFolder_IsLookedAtFirst()
    {
        LibraryCandidate[] names = [new("libnone.so.13", 13), new("libnone.so.12", 12)];
        Assert.Equal(
            [new("/opt/libnone.so.13", 13), new("/opt/libnone.so.12", 12), .. names],
            LibraryFolders.In("/opt", names).Select(static c => c with { Path = c.Path.Replace('\\', '/') }));
        Assert.Equal(names, LibraryFolders.In("", names));
        Assert.Equal(names, LibraryFolders.In(null, names));
    }

    [Fact]
    public void TheInstalledDriver_AnswersOrSaysWhyNot()
    {
        CudaAvailability availability = CudaLibraries.Probe();
        Assert.Equal(availability.IsAvailable, availability.Reason.Length == 0);
        Assert.NotEmpty(availability.Driver.Tried);
        if (!availability.Driver.IsAvailable) Assert.Skip(availability.Reason);
        if (availability.InitResult == CudaResult.NoDevice)
        {
            Assert.Contains("CUDA_ERROR_NO_DEVICE (100)", availability.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheInstalledDriver_NamesItsCodesAsWeDo()
    {
        LibraryProbe<CudaDriverTable> probe = CudaLibraries.Driver;
        if (!probe.IsAvailable) Assert.Skip(probe.Reason);
        foreach (CudaResult result in Enum.GetValues<CudaResult>())
        {
            byte* name = null;
            if (probe.Table.GetErrorName(result, &name) != CudaResult.Success) continue;
            string own = System.Text.Encoding.UTF8.GetString(CudaResultText.Name(result));
            Assert.Equal(System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)name), own);
        }
    }

    [Fact]
    public void TheInstalledCublas_LoadsOrSaysWhyNot()
    {
        LibraryProbe<CublasTable> probe = CudaLibraries.Cublas;
        if (!probe.IsAvailable) Assert.Skip(probe.Reason);
        byte* name = probe.Table.GetStatusName(CublasStatus.NotInitialized);
        Assert.Equal("CUBLAS_STATUS_NOT_INITIALIZED", System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)name));
    }

    [Fact]
    public void Nvrtc_CompilesToPtx()
    {
        NvrtcCompiler compiler = TestNvrtc.Require();
        Assert.InRange(compiler.Version.Major, 11, 99);
        NvrtcOutput output = compiler.Compile(
            "#include \"common.cuh\"\nextern \"C\" __global__ void k(float* x) { x[threadIdx.x] = VALUE; }"u8,
            "k.cu",
            ["--gpu-architecture=compute_80"],
            [new KeyValuePair<string, string>("common.cuh", "#define VALUE 3.0f")]);
        string ptx = System.Text.Encoding.UTF8.GetString(output.Ptx);
        Assert.Contains(".visible .entry k(", ptx, StringComparison.Ordinal);
        Assert.EndsWith("\0", ptx, StringComparison.Ordinal);
        Assert.Empty(output.Cubin);
    }

    [Fact]
    public void AMistakeInTheSource_IsInTheException()
    {
        NvrtcCompiler compiler = TestNvrtc.Require();
        CudaException error = Assert.Throws<CudaException>(() => compiler.Compile("__global__ void k() { nonsense; }"u8, "bad.cu", []));
        Assert.Equal("NVRTC_ERROR_COMPILATION", error.Name);
        Assert.Contains("bad.cu(1)", error.Log, StringComparison.Ordinal);
        Assert.Contains("nonsense", error.Message, StringComparison.Ordinal);
        CudaException option = Assert.Throws<CudaException>(() => compiler.Compile("int x;"u8, "a.cu", ["--no-such-option"]));
        Assert.Equal((int)NvrtcResult.InvalidOption, option.Code);
    }
}
