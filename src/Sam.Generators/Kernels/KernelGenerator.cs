using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Sam.Generators.Kernels;

/// <summary>Makes a class of each <c>.cu</c> file among the additional files: a launch method for each <c>extern "C" __global__</c>
/// function.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    /// <summary>Name of the step whose result is the read file.</summary>
    internal const string FileStep = "KernelFile";

    /// <summary>Name of the step that adds the namespace and the PTX made ahead.</summary>
    internal const string BindingStep = "KernelBinding";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<(KernelFile File, string Path)> files = context.AdditionalTextsProvider
            .Where(static text => HasExtension(text.Path, ".cu"))
            .Select(static (text, cancel) => (
                File: KernelReader.Read(Path.GetFileName(text.Path), text.GetText(cancel)?.ToString() ?? "", out _)!, text.Path))
            .WithTrackingName(FileStep)
            .Where(static read => read.File is not null);
        IncrementalValueProvider<ImmutableArray<(string Path, string Text)>> assembled = context.AdditionalTextsProvider
            .Where(static text => HasExtension(text.Path, ".ptx"))
            .Select(static (text, cancel) => (text.Path, Text: text.GetText(cancel)?.ToString() ?? ""))
            .Collect();
        IncrementalValueProvider<string> rootNamespace = context.AnalyzerConfigOptionsProvider.Select(static (options, _) => Root(options));
        IncrementalValuesProvider<KernelBinding> bindings = files
            .Combine(assembled)
            .Combine(rootNamespace)
            .Select(static (all, _) => new KernelBinding(all.Left.Left.File, all.Right, Assembled(all.Left.Left.Path, all.Left.Right)))
            .WithTrackingName(BindingStep);
        context.RegisterSourceOutput(bindings, static (output, binding) => output.AddSource(binding.HintName, KernelWriter.Write(binding)));
    }

    private static bool HasExtension(string path, string extension) => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private static string Root(AnalyzerConfigOptionsProvider options) =>
        options.GlobalOptions.TryGetValue("build_property.SamKernelNamespace", out string? chosen) && chosen.Length > 0
            ? chosen
            : options.GlobalOptions.TryGetValue("build_property.RootNamespace", out string? root) && root.Length > 0 ? root : "Kernels";

    // PTX made ahead has the file's name and stands anywhere among the additional files.
    private static string Assembled(string path, ImmutableArray<(string Path, string Text)> all)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        foreach ((string candidate, string text) in all)
        {
            if (string.Equals(Path.GetFileNameWithoutExtension(candidate), name, StringComparison.Ordinal)) return text;
        }

        return "";
    }
}
