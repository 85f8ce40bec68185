using Microsoft.CodeAnalysis;
using Sam.Tests;

namespace Sam.Generators.Tests.Kernels;

public sealed class KernelAnalyzerTests
{
    [Theory]
    [InlineData("float* x, long n", "long n", "4 bytes on some systems")]
    [InlineData("float4 v", "float4 v", "aligned in another way")]
    [InlineData("float& x", "float& x", "no references")]
    [InlineData("array<float, 4> x", "array<float, 4> x", "template")]
    [InlineData("float x[4]", "float x[4]", "array is not passed by value")]
    [InlineData("int n = 3", "int n = 3", "no default arguments")]
    [InlineData("void (*f)(int)", "void (*f)(int)", "function pointer")]
    [InlineData("ns::Settings s", "ns::Settings s", "global scope")]
    [InlineData("float*", "float*", "no name")]
    [InlineData("unsigned int", "unsigned int", "no name")]
    [InlineData("float*** x", "float*** x", "pointers to pointers to pointers")]
    [InlineData("long double x", "long double x", "no C# counterpart")]
    [InlineData("cudaTextureObject_t t", "cudaTextureObject_t t", "no C# counterpart")]
    public async Task ATypeThatCannotBePassed_IsUnderlined(string parameters, string underlined, string reason)
    {
        string source = $"extern \"C\" __global__ void scale({parameters}) {{ }}";
        Diagnostic report = Assert.Single(await KernelCompile.Analyze(source));
        Assert.Equal("SAM1001", report.Id);
        Assert.Equal(underlined, source.Substring(report.Location.SourceSpan.Start, report.Location.SourceSpan.Length));
        Assert.Contains(reason, report.GetMessage(), StringComparison.Ordinal);
        Assert.Contains("kernel 'scale'", report.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKernelThatReturnsAValue_IsReported()
    {
        Diagnostic report = Assert.Single(
            await KernelCompile.Analyze("\n\nextern \"C\" __global__ float norm(const float* x) { return 0; }"));
        Assert.Equal("SAM1002", report.Id);
        Assert.Equal(2, report.Location.GetLineSpan().StartLinePosition.Line);
        Assert.Contains("'norm' returns 'float'", report.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extern \"C\" __global__ void a_b(int x) { } extern \"C\" __global__ void aB(int x) { }", "Kernels 'a_b' and 'aB'")]
    [InlineData("extern \"C\" __global__ void k(int a_b, int aB) { }", "Parameters 'int a_b' and 'int aB'")]
    public async Task NamesThatCollide_AreReported(string source, string message)
    {
        Diagnostic report = Assert.Single(await KernelCompile.Analyze(source));
        Assert.Equal("SAM1003", report.Id);
        Assert.Contains(message, report.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extern \"C\" __global__ void k(int x\n#ifdef A\n, int y\n#endif\n) { }", "'ifdef' stands in it")]
    [InlineData("extern \"C\" __global__ KERNEL { }", "no return type, name or parameter list")]
    public async Task ASignatureThatIsNoPlainText_IsReported(string source, string message)
    {
        Diagnostic report = Assert.Single(await KernelCompile.Analyze(source));
        Assert.Equal("SAM1004", report.Id);
        Assert.Contains(message, report.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("extern")]
    [InlineData("extern \"C\"")]
    [InlineData("extern \"C\" {")]
    [InlineData("extern \"C\" { __global__")]
    [InlineData("extern \"C\" __global__ void k(")]
    [InlineData("extern \"C\" __global__ void k(int x")]
    [InlineData("/* never closed")]
    [InlineData("\"never closed")]
    [InlineData("#define X \\")]
    [InlineData("#ifndef A\n#define A 1\n")]
    [InlineData("extern \"C\" __global__ void __launch_bounds__(")]
    [InlineData("}}}} ) ( extern \"C\" }")]
    public async Task TextThatBreaksOff_IsRead(string source) => await KernelCompile.Analyze(source);

    [Fact]
    public void EveryRule_HasAPageAndALineInTheReleaseFile()
    {
        string releases = File.ReadAllText(Path.Combine(Repository.Root, "src", "Sam.Generators", "AnalyzerReleases.Unshipped.md"));
        foreach (DiagnosticDescriptor rule in new Sam.Generators.Kernels.KernelAnalyzer().SupportedDiagnostics)
        {
            string page = File.ReadAllText(Path.Combine(Repository.Root, rule.HelpLinkUri));
            Assert.StartsWith($"# {rule.Id}: {rule.Title}\n", page, StringComparison.Ordinal);
            Assert.Contains("## Fix\n", page, StringComparison.Ordinal);
            Assert.Contains($"{rule.Id} | {rule.Category} | Error | {rule.Title}\n", releases, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task APlainKernel_IsNotReported() =>
        Assert.Empty(await KernelCompile.Analyze("extern \"C\" __global__ void k(float* x, int n) { }"));
}
