using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Sam.Generators.Diagnostics;
using Sam.Tests;

namespace Sam.Generators.Tests;

/// <summary>Every csharp block of the README is a program, or goes on with the one before it where it is marked "csharp
/// continues".</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class ReadmeTests
{
    private const string Start = "```csharp";
    private const string Continues = "continues";

    // What a console project of the SDK has without saying so.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The programs, each with the number of the README's line on which its last block starts.</summary>
    public static TheoryData<int, string> Programs()
    {
        TheoryData<int, string> data = [];
        foreach ((int line, string program) in Read(ReadmeText()))
        {
            data.Add(line, program);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_CompilesWithoutAWarning(int line, string program)
    {
        CompilationWithAnalyzers whole = Whole(program).WithAnalyzers([new ModelAnalyzer()]);
        IEnumerable<string> reports = (await whole.GetAllDiagnosticsAsync())
            .Where(static d => d.Severity >= DiagnosticSeverity.Warning)
            .Select(d => $"README.md, block at line {line}: {d}, at: {Line(d)}");
        Assert.True(!reports.Any(), string.Join('\n', reports));
    }

    [Fact]
    public void FirstProgram_RunsAndPrints()
    {
        using MemoryStream image = new();
        EmitResult emitted = Whole(Read(ReadmeText())[0].Program).Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        image.Position = 0;
        AssemblyLoadContext context = new("README", isCollectible: true);
        TextWriter before = Console.Out;
        using StringWriter printed = new();
        try
        {
            Console.SetOut(printed);
            context.LoadFromStream(image).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(before);
            context.Unload();
        }

        Assert.Contains("loss", printed.ToString());
    }

    [Fact]
    public void ContinuedBlock_GoesOnWithTheProgramBeforeIt()
    {
        const string Text = "```csharp\nusing System;\n\nint x = 1;\n\nclass A;\n```\ntext\n"
            + "```csharp continues\nusing System.Text;\n\nConsole.WriteLine(x);\n\nclass B;\n```\n";
        (int line, string program) = Assert.Single(Read(Text));
        Assert.Equal(9, line);
        Assert.Equal(["using System;", "using System.Text;", "int x = 1;", "Console.WriteLine(x);", "class A;", "class B;"],
            program.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Theory]
    [InlineData("```csharp continues\nint x;\n```\n")]
    [InlineData("```csharp other\nint x;\n```\n")]
    [InlineData("```csharp\nint x;\n")]
    public void BlockThatIsNoProgram_IsRefused(string text) => Assert.Throws<FormatException>(() => Read(text));

    private static List<(int Line, string Program)> Read(string text)
    {
        List<(int Line, string Program)> programs = [];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Start, StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.IndexOf(lines, "```", i);
            string mark = lines[i][Start.Length..].Trim();
            if (end < 0 || mark is not ("" or Continues) || (mark == Continues && programs.Count == 0))
            {
                throw new FormatException(
                    $"Line {i + 1}: '{lines[i]}' is not '{Start}' or '{Start} {Continues}' after a program, up to a line '```'.");
            }

            string block = string.Join('\n', lines[(i + 1)..end]) + "\n";
            if (mark == Continues)
            {
                block = Join(programs[^1].Program, block);
                programs.RemoveAt(programs.Count - 1);
            }

            programs.Add((i + 1, block));
            i = end;
        }

        return programs;
    }

    // C# wants using directives, then statements, then types.
    private static string Join(string first, string second)
    {
        CompilationUnitSyntax[] units = [Unit(first), Unit(second)];
        IEnumerable<SyntaxNode> parts = units.SelectMany(static unit => unit.Usings.Cast<SyntaxNode>())
            .Concat(units.SelectMany(static unit => unit.Members.OfType<GlobalStatementSyntax>()))
            .Concat(units.SelectMany(static unit => unit.Members.Where(static member => member is not GlobalStatementSyntax)));
        HashSet<string> usings = [];
        return string.Concat(parts
            .Where(part => part is not UsingDirectiveSyntax || usings.Add(part.ToString()))
            .Select(static part => part.ToFullString()));
    }

    private static CompilationUnitSyntax Unit(string program) => (CompilationUnitSyntax)Compile.Parse(program, "README.md").GetRoot();

    private static Compilation Whole(string program)
    {
        Compilation compilation = Compile.Of(program, ImplicitUsings).WithOptions(
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        Compile.Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation whole, out _);
        return whole;
    }

    private static string Line(Diagnostic report) => report.Location.SourceTree is SyntaxTree tree
        ? tree.GetText().Lines[report.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim() : "no line";

    private static string ReadmeText() => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    /// <summary>Alone, since the console's writer belongs to the whole process.</summary>
    [CollectionDefinition(nameof(ConsoleCollection), DisableParallelization = true)]
    public sealed class ConsoleCollection;
}
