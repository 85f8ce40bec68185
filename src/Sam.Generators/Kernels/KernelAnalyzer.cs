using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Sam.Generators.Kernels;

/// <summary>Reports what of a file of kernels cannot be bound, at the place in the file.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KernelAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [KernelRules.UnboundType, KernelRules.NotVoid, KernelRules.NamesCollide, KernelRules.Unreadable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterAdditionalFileAction(static file =>
        {
            if (!file.AdditionalFile.Path.EndsWith(".cu", StringComparison.OrdinalIgnoreCase)) return;
            if (file.AdditionalFile.GetText(file.CancellationToken) is not { } text) return;
            KernelReader.Read(Path.GetFileName(file.AdditionalFile.Path), text.ToString(), out List<KernelProblem> problems);
            foreach (KernelProblem problem in problems)
            {
                TextSpan span = new(problem.Start, problem.Length);
                Location location = Location.Create(file.AdditionalFile.Path, span, text.Lines.GetLinePositionSpan(span));
                file.ReportDiagnostic(Diagnostic.Create(problem.Rule, location, problem.Arguments));
            }
        });
    }
}
