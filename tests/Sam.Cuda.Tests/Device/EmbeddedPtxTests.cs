using System.Text;
using System.Text.RegularExpressions;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>The PTX that is embedded is that of the sources beside it.</summary>
public sealed partial class EmbeddedPtxTests
{
    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(Folder, "*.cu").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "cuda");

    [Theory]
    [MemberData(nameof(Files))]
    public void ThePtxMadeAhead_IsWhatNvrtcMakesOfTheSource(string file)
    {
        string path = Path.Combine(Folder, Path.ChangeExtension(file, ".ptx"));
        Assert.True(File.Exists(path), $"{file} has no PTX; run: dotnet run eng/make-ptx.cs");
        if (!CudaLibraries.Nvrtc.IsAvailable) Assert.Skip(CudaLibraries.Nvrtc.Reason);
        string ahead = File.ReadAllText(path);
        string made = Compile(file, ArchitectureOf(file)).PortablePtx();
        Assert.SkipWhen(Release(ahead) != Release(made), $"the PTX is of {Release(ahead)}, NVRTC here is {Release(made)}");
        Assert.True(WithoutCallNumbers(ahead) == WithoutCallNumbers(made), $"{file} was changed since its PTX was made; run: dotnet run eng/make-ptx.cs");
    }

    // Drivers from 525 on take version 8.0.
    [Theory]
    [MemberData(nameof(Files))]
    public void ThePtxMadeAhead_IsForTheOldestDriver(string file)
    {
        string ptx = File.ReadAllText(Path.Combine(Folder, Path.ChangeExtension(file, ".ptx")));
        Assert.Equal(NvrtcOutput.PortableVersion, NvrtcOutput.VersionOf(Encoding.UTF8.GetBytes(ptx)));
        Assert.DoesNotContain("used_bytes_mask", ptx, StringComparison.Ordinal);
        Assert.Contains($".target sm_{ArchitectureOf(file)["compute_".Length..]}\n", ptx, StringComparison.Ordinal);
    }

    // To machine code of its own architecture, which takes the assembler: it refuses what that architecture does not have.
    [Theory]
    [MemberData(nameof(Files))]
    public void TheSource_AssemblesForTheArchitectureOfItsPtx(string file)
    {
        if (!CudaLibraries.Nvrtc.IsAvailable) Assert.Skip(CudaLibraries.Nvrtc.Reason);
        Assert.NotEmpty(Compile(file, ArchitectureOf(file).Replace("compute", "sm", StringComparison.Ordinal)).Cubin);
    }

    private static NvrtcOutput Compile(string file, string architecture) => new NvrtcCompiler(CudaLibraries.Nvrtc.Table!).Compile(
        File.ReadAllBytes(Path.Combine(Folder, file)), file, KernelImages.Options(architecture), KernelImages.Headers);

    private static string ArchitectureOf(string file) =>
        ArchitecturePattern().Match(File.ReadAllText(Path.Combine(Folder, file))) is { Success: true } named ? named.Groups[1].Value : "compute_70";

    [GeneratedRegex(@"^// Architecture: (compute_\d+)", RegexOptions.Multiline)]
    private static partial Regex ArchitecturePattern();

    // NVRTC counts calls in comments, over all compilations that run at that time.
    private static string WithoutCallNumbers(string ptx) => CallPattern().Replace(ptx, "// call");

    [GeneratedRegex(@"// callseq [0-9, ]+")]
    private static partial Regex CallPattern();

    private static string Release(string ptx) => ReleasePattern().Match(ptx).Value;

    [GeneratedRegex(@"Cuda compilation tools, release [^\n]*")]
    private static partial Regex ReleasePattern();
}
