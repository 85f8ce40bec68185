using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>The self-test finds kernels that were broken on purpose: those of each module in turn do nothing at all.</summary>
public sealed partial class BrokenKernelTests : IDisposable
{
    private static readonly Lazy<(string Folder, string[] Entries)> s_compiled = new(Compile);

    private readonly string _folder = Directory.CreateTempSubdirectory("sam-broken-").FullName;

    public static TheoryData<string> Modules => [.. s_compiled.Value.Entries];

    [Theory]
    [MemberData(nameof(Modules), DisableDiscoveryEnumeration = true)]
    public void AModuleWhoseKernelsDoNothing_FailsItsFamily(string entry)
    {
        Assert.SkipUnless(CudaLibraries.Nvrtc.IsAvailable, CudaLibraries.Nvrtc.Reason);
        foreach (string other in s_compiled.Value.Entries)
        {
            byte[] file = File.ReadAllBytes(Path.Combine(s_compiled.Value.Folder, other));
            File.WriteAllBytes(Path.Combine(_folder, other), other == entry ? Broken(file) : file);
        }

        IReadOnlyList<SelfTestResult> results = Run(_folder, out int compilations);
        Assert.Equal(0, compilations);
        Assert.Contains(results, static result => !result.Passed);
        Assert.Contains(results, static result => result.Passed);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (string, string[]) Compile()
    {
        string folder = Directory.CreateTempSubdirectory("sam-whole-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        if (!CudaLibraries.Nvrtc.IsAvailable) return (folder, ["none"]);
        IReadOnlyList<SelfTestResult> results = Run(folder, out int compilations);
        Assert.All(results, static result => Assert.True(result.Passed, result.ToString()));
        string[] entries = [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(compilations, entries.Length);
        return (folder, entries);
    }

    private static IReadOnlyList<SelfTestResult> Run(string folder, out int compilations)
    {
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas, CacheFolder = folder });
        IReadOnlyList<SelfTestResult> results = DeviceSelfTest.Run(device);
        compilations = ((CudaAccelerator)device).Images.CompilationCount;
        return results;
    }

    // An entry of the cache: a line, the hash of the image, the image.
    private static byte[] Broken(byte[] file)
    {
        int start = file.AsSpan().IndexOf((byte)'\n') + 1;
        string ptx = Encoding.UTF8.GetString(file.AsSpan(start + SHA256.HashSizeInBytes));
        string broken = BodyPattern().Replace(ptx, "$&\n\tret;\n");
        Assert.NotEqual(ptx, broken);
        byte[] image = Encoding.UTF8.GetBytes(broken);
        return [.. file.AsSpan(0, start), .. SHA256.HashData(image), .. image];
    }

    [GeneratedRegex(@"\.visible \.entry \w+\s*\([^)]*\)[^{]*\{")]
    private static partial Regex BodyPattern();
}
