using System.Text;
using System.Text.RegularExpressions;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Every file of kernels, compiled to machine code for two architectures with every value of its switches: no kernel keeps registers in
/// local memory. NVRTC needs no GPU for that; its log has ptxas's report.</summary>
public sealed partial class RegisterSpillTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "cuda");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.cu").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void NoKernelSpills(string file)
    {
        if (!CudaLibraries.Nvrtc.IsAvailable) Assert.Skip(CudaLibraries.Nvrtc.Reason);
        string text = File.ReadAllText(Path.Combine(Folder, file));
        NvrtcCompiler compiler = new(CudaLibraries.Nvrtc.Table!);
        foreach (string architecture in (string[])["sm_80", "sm_90"])
        {
            foreach (string define in Defines(text))
            {
                List<string> options =
                [
                    .. KernelImages.Options(architecture),
                    "--ptxas-options=-v",
                ];
                if (define.Length > 0) options.Add(define);
                NvrtcOutput output = compiler.Compile(Encoding.UTF8.GetBytes(text), file, options, KernelImages.Headers);
                Check($"{file} {architecture} {define}", output.Log, KernelPattern().Count(text));
            }
        }
    }

    [Fact]
    public void ASpillIsFound()
    {
        const string Log = """
            ptxas info    : Function properties for heavy
            ptxas         .     64 bytes stack frame, 48 bytes spill stores, 52 bytes spill loads
            """;
        Assert.Equal([(48, 52)], Spills(Log));
    }

    // The report has a line for each kernel; a function that is called instead of taken into its callers adds one.
    private static void Check(string what, string log, int kernels)
    {
        List<(int Stores, int Loads)> spills = Spills(log);
        Assert.True(spills.Count >= kernels && kernels > 0, $"{what}: {kernels} kernels, a report on {spills.Count}:\n{log}");
        Assert.True(spills.TrueForAll(spill => spill == (0, 0)), $"{what} spills registers:\n{log}");
    }

    private static List<(int Stores, int Loads)> Spills(string log) =>
        [.. SpillPattern().Matches(log).Select(match => (int.Parse(match.Groups[1].Value), int.Parse(match.Groups[2].Value)))];

    // None, and each switch turned the other way.
    private static IEnumerable<string> Defines(string text) =>
        SwitchPattern().Matches(text).Select(match => $"-D{match.Groups[1].Value}={(match.Groups[2].Value == "true" ? "false" : "true")}").Prepend("");

    [GeneratedRegex(@"(\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex SpillPattern();

    [GeneratedRegex(@"^#define (\w+) (true|false)\r?$", RegexOptions.Multiline)]
    private static partial Regex SwitchPattern();

    [GeneratedRegex(@"^extern ""C"" __global__", RegexOptions.Multiline)]
    private static partial Regex KernelPattern();
}
