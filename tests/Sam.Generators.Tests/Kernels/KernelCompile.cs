using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Sam.Generators.Kernels;

namespace Sam.Generators.Tests.Kernels;

/// <summary>Runs the kernel generator and analyzer over files of kernels.</summary>
internal static class KernelCompile
{
    public static CSharpCompilation Of(params string[] sources)
    {
        CSharpCompilation compilation = Compile.Of(sources);
        return compilation.WithOptions(compilation.Options.WithAllowUnsafe(true));
    }

    public static AdditionalText File(string path, string text) => new InMemoryText(path, text);

    public static GeneratorDriver Driver(params AdditionalText[] files) => CSharpGeneratorDriver.Create(
        [new KernelGenerator().AsSourceGenerator()],
        files,
        Compile.ParseOptions,
        driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));

    /// <summary>The generated text of one file, after checking that it compiles without a warning beside the sources.</summary>
    public static string Generate(string fileName, string text, params string[] sources)
    {
        GeneratorDriver driver = Driver(File(fileName, text))
            .RunGeneratorsAndUpdateCompilation(Of(sources), out Compilation compilation, out _);
        Assert.Empty(compilation.GetDiagnostics().Where(static report => report.Severity >= DiagnosticSeverity.Warning));
        return Assert.Single(driver.GetRunResult().Results[0].GeneratedSources).SourceText.ToString();
    }

    /// <summary>Compiles the bindings of a file with sources and loads the assembly.</summary>
    public static Assembly Load(string fileName, string text, params string[] sources)
    {
        Driver(File(fileName, text)).RunGeneratorsAndUpdateCompilation(Of(sources), out Compilation compilation, out _);
        using MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success, string.Join("\n", compilation.GetDiagnostics()));
        return Assembly.Load(image.ToArray());
    }

    /// <summary>What the analyzer reports about a file; the generator must then write nothing.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> Analyze(string text)
    {
        AdditionalText file = File("/src/test.cu", text);
        ImmutableArray<Diagnostic> reports = await Of()
            .WithAnalyzers([new KernelAnalyzer()], new AnalyzerOptions([file]))
            .GetAnalyzerDiagnosticsAsync();
        if (reports.Length > 0) Assert.Empty(Driver(file).RunGenerators(Of()).GetRunResult().Results[0].GeneratedSources);
        return [.. reports.OrderBy(static report => report.Location.SourceSpan.Start)];
    }

    private sealed class InMemoryText(string path, string text) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(text);

        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
    }
}
