using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Sam.Generators.Models;

namespace Sam.Generators.Tests.Models;

public sealed class CachingTests
{
    private const string Source = """
        using Sam.Layers;

        [Model("4")]
        [Linear("fc1", 8), Relu, Linear("fc2", 2)]
        public sealed partial class Net;
        """;

    [Fact]
    public void ACommentAdded_LeavesTheModelUnchangedAndWritesNothing() =>
        AssertReasons(Source, Source.Replace("[Model", "// A comment.\n[Model"), IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached);

    [Fact]
    public void AnUnrelatedTypeAdded_LeavesTheModelUnchangedAndWritesNothing() =>
        AssertReasons(Source, Source + "\npublic class Unrelated;", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached);

    [Fact]
    public void AnUnrelatedFileAdded_WritesNothing()
    {
        CSharpCompilation first = Compile.Of(Source);
        GeneratorDriver driver = Compile.Driver().RunGenerators(first);
        driver = driver.RunGenerators(first.AddSyntaxTrees(Compile.Parse("public class Unrelated;", "Unrelated.cs")));
        Assert.All(Outputs(driver), static r => Assert.Equal(IncrementalStepRunReason.Cached, r));
    }

    [Fact]
    public void AnAttributeValueChanged_WritesTheModelAnew() =>
        AssertReasons(Source, Source.Replace("8", "9"), IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified);

    [Fact]
    public void ALayerTypesParameterChanged_WritesTheModelAnew()
    {
        string source = """
            using Sam.Layers;
            using Sam.Native;

            [LayerParameter("slope", "C", Initial = 0.25f)]
            public readonly struct Bend : ILayer
            {
                public static Shape OutputShape(Shape input) => input;
                public static void Forward(in LayerForward pass) { }
                public static void Backward(in LayerBackward pass) { }
            }

            [Model("4"), Layer<Bend>("bend")]
            public sealed partial class Net;
            """;
        AssertReasons(source, source.Replace("0.25f", "0.5f"), IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void TheSecondOfTwoModelsChanged_LeavesTheFirstAlone()
    {
        string other = Source.Replace("Net", "Other");
        CSharpCompilation first = Compile.Of(Source, other);
        GeneratorDriver driver = Compile.Driver().RunGenerators(first);
        driver = driver.RunGenerators(first.ReplaceSyntaxTree(first.SyntaxTrees[1], Compile.Parse(other.Replace("8", "9"), "Source1.cs")));
        Assert.Equal([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Modified], Outputs(driver));
    }

    [Fact]
    public void TheOldCompilation_CanBeCollectedAfterAnEdit()
    {
        (GeneratorDriver driver, WeakReference old) = RunTwice();
        for (int i = 0; i < 10 && old.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(old.IsAlive);
        GC.KeepAlive(driver);
    }

    [Fact]
    public void TheSameModel_IsWrittenWithTheSameBytesInAnyCulture()
    {
        string expected = Compile.Generate(Source)["Net.g.cs"];
        System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo culture = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "minus";
            culture.NumberFormat.NumberDecimalSeparator = ",";
            System.Globalization.CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, Compile.Generate(Source)["Net.g.cs"]);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (GeneratorDriver Driver, WeakReference Old) RunTwice()
    {
        CSharpCompilation first = Compile.Of(Source);
        GeneratorDriver driver = Compile.Driver().RunGenerators(first);
        driver = driver.RunGenerators(first.ReplaceSyntaxTree(first.SyntaxTrees[0], Compile.Parse(Source + "\npublic class Unrelated;", "Source0.cs")));
        return (driver, new WeakReference(first));
    }

    private static void AssertReasons(string before, string after, IncrementalStepRunReason model, IncrementalStepRunReason output)
    {
        CSharpCompilation first = Compile.Of(before);
        GeneratorDriver driver = Compile.Driver().RunGenerators(first);
        driver = driver.RunGenerators(first.ReplaceSyntaxTree(first.SyntaxTrees[0], Compile.Parse(after, "Source0.cs")));
        Assert.Equal(
            model,
            Assert.Single(driver.GetRunResult().Results[0].TrackedSteps[ModelGenerator.DeclarationStep].SelectMany(static s => s.Outputs)).Reason);
        Assert.Equal([output], Outputs(driver));
    }

    private static IEnumerable<IncrementalStepRunReason> Outputs(GeneratorDriver driver) =>
        driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static s => s.Outputs).Select(static o => o.Reason);
}
