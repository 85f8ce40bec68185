using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Sam.Generators.Kernels;

namespace Sam.Generators.Tests.Kernels;

public sealed class KernelCachingTests
{
    private const string Source = "extern \"C\" __global__ void scale(float* x, int n) { }";

    [Fact]
    public void AnUnrelatedTypeAdded_WritesNothing()
    {
        CSharpCompilation first = KernelCompile.Of("public class A;");
        GeneratorDriver driver = KernelCompile.Driver(KernelCompile.File("/scale.cu", Source)).RunGenerators(first);
        driver = driver.RunGenerators(first.AddSyntaxTrees(Compile.Parse("public class B;", "B.cs")));
        Assert.Equal([IncrementalStepRunReason.Cached], Reasons(driver, KernelGenerator.FileStep));
        Assert.Equal([IncrementalStepRunReason.Cached], Outputs(driver));
    }

    [Fact]
    public void TheSameTextInAnotherObject_WritesNothing()
    {
        CSharpCompilation compilation = KernelCompile.Of();
        AdditionalText file = KernelCompile.File("/scale.cu", Source);
        GeneratorDriver driver = KernelCompile.Driver(file).RunGenerators(compilation);
        driver = driver.ReplaceAdditionalText(file, KernelCompile.File("/scale.cu", Source)).RunGenerators(compilation);
        Assert.Equal([IncrementalStepRunReason.Unchanged], Reasons(driver, KernelGenerator.FileStep));
        Assert.Equal([IncrementalStepRunReason.Cached], Outputs(driver));
    }

    [Fact]
    public void TheTextChanged_WritesThatFileAnew()
    {
        CSharpCompilation compilation = KernelCompile.Of();
        AdditionalText file = KernelCompile.File("/scale.cu", Source), other = KernelCompile.File("/other.cu", Source);
        GeneratorDriver driver = KernelCompile.Driver(file, other).RunGenerators(compilation);
        AdditionalText changed = KernelCompile.File("/scale.cu", Source.Replace("int n", "int count"));
        driver = driver.ReplaceAdditionalText(file, changed).RunGenerators(compilation);
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Outputs(driver));
    }

    [Fact]
    public void TheSameInput_GivesTheSameText()
    {
        string first = KernelCompile.Generate("/scale.cu", Source), second = KernelCompile.Generate("/scale.cu", Source);
        Assert.Equal(first, second);
    }

    private static IncrementalStepRunReason[] Reasons(GeneratorDriver driver, string step) =>
        [.. driver.GetRunResult().Results[0].TrackedSteps[step]
            .SelectMany(static each => each.Outputs).Select(static output => output.Reason)];

    private static IncrementalStepRunReason[] Outputs(GeneratorDriver driver) =>
        [.. driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(static pair => pair.Value)
            .SelectMany(static each => each.Outputs).Select(static output => output.Reason)];
}
