using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sam.Generators.Tests;

public sealed class ReadmeTests
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";

    /// <summary>The programs of the README: blocks that begin with a using directive.</summary>
    public static TheoryData<string> Programs()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "SamNative.sln")))
        {
            root = root.Parent;
        }

        Assert.NotNull(root);
        string text = File.ReadAllText(Path.Combine(root.FullName, "README.md"));
        return [.. text.Split("```csharp\n").Skip(1).Select(static b => b[..b.IndexOf("```", StringComparison.Ordinal)]).Where(static b => b.StartsWith("using Sam.", StringComparison.Ordinal))];
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Program_CompilesAsWritten(string program)
    {
        Compilation compilation = Compile.Of(program, ImplicitUsings).WithOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        Compile.Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation whole, out _);
        Assert.Empty(whole.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning));
    }
}
