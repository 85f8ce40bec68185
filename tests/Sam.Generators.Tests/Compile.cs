using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Sam.Generators.Diagnostics;
using Sam.Generators.Models;

namespace Sam.Generators.Tests;

/// <summary>Compiles source text against Sam.Native and Sam.Layers, with the generator and the analyzer.</summary>
internal static class Compile
{
    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll")
            .Select(static p => MetadataReference.CreateFromFile(p)),
        MetadataReference.CreateFromFile(typeof(Native.Model).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Layers.ModelAttribute).Assembly.Location),
    ];

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.CSharp14);

    public static CSharpCompilation Of(params string[] sources) => CSharpCompilation.Create(
        "Tested",
        sources.Select(static (s, i) => Parse(s, $"Source{i}.cs")),
        s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, ParseOptions, path);

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new ModelGenerator().AsSourceGenerator()], parseOptions: ParseOptions, driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));

    /// <summary>The generated files by name, after checking that all compiles without a warning.</summary>
    public static Dictionary<string, string> Generate(params string[] sources)
    {
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(Of(sources), out Compilation compilation, out _);
        Assert.Empty(compilation.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning));
        return Texts(driver);
    }

    public static Dictionary<string, string> Texts(GeneratorDriver driver) =>
        driver.GetRunResult().Results[0].GeneratedSources.ToDictionary(static s => s.HintName, static s => s.SourceText.ToString());

    /// <summary>The analyzer's reports, in the order of the text, over the compilation with the generated code in it, as in a
    /// build.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> Analyze(params string[] sources)
    {
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(Of(sources), out Compilation compilation, out _);
        if (Texts(driver).Count > 0)
        {
            Assert.Empty(compilation.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning));
        }

        ImmutableArray<Diagnostic> reports = await compilation.WithAnalyzers([new ModelAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        if (sources.Any(static s => s.Contains("[Model")))
        {
            Assert.Equal(reports.IsEmpty || reports.All(static r => r.Id == Rules.LayerWithoutModel.Id), Texts(driver).Count > 0);
        }

        return [.. reports.OrderBy(static r => r.Location.SourceTree!.FilePath).ThenBy(static r => r.Location.SourceSpan.Start)];
    }

    /// <summary>The text that a report underlines.</summary>
    public static string Underlined(Diagnostic report) =>
        report.Location.SourceTree!.ToString().Substring(report.Location.SourceSpan.Start, report.Location.SourceSpan.Length);
}
