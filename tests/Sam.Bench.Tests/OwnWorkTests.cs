using Sam.Native;
using Sam.Native.Tests.Optimizers;
using Sam.Tests;

namespace Sam.Bench.Tests;

/// <summary>What a step of each variant does beyond its base optimizer's, counted: as many kernels and bytes as its definition asks, and the
/// host's part of a replayed step.</summary>
public sealed class OwnWorkTests
{
    // Tables of pieces and groups, partial sums and the step's numbers take some; parameters that are not scaled leave some out.
    private const double Below = 0.3, Above = 0.8;

    // The most that a step of a variant that keeps no arena of its own may add.
    private const int MostKernels = 3;
    private const double MostBytes = 24;

    // Kernels and bytes beyond the base optimizer's step, from the definitions: a norm reads the direction (and the weights where these
    // scale it, for general p twice), a perturbation reads weights and direction and writes weights and their copy.
    private static readonly Dictionary<string, (int Kernels, double Bytes)> s_perturbations = new()
    {
        ["none"] = (0, 0),
        ["sam"] = (2, 20),
        ["sam p=1"] = (2, 20),
        ["sam p=1.1"] = (3, 24),
        ["sam p=1.5"] = (3, 24),
        ["sam p=3"] = (3, 24),
        ["sam p=20"] = (3, 24),
        ["sam p=inf"] = (2, 20),
        ["asam"] = (2, 24),
        ["asam all"] = (2, 24),
        ["asam p=inf"] = (2, 24),
        ["asam p=3"] = (3, 32),
        ["asam p=1"] = (2, 24),
        ["proportional"] = (2, 20),
        ["proportional p=3"] = (3, 24),
        ["asam layer-wise"] = (3, 24),
        ["usam"] = (2, 20),
        ["sam-on"] = (2, 4),
        ["friendly"] = (2, 32),
        ["friendly code"] = (2, 32),
        ["friendly direction"] = (2, 32),
        ["three ascent steps"] = (6, 20 + (2 * 16)),
        ["asam, two ascent steps"] = (4, 24 + 20),
    };

    private static readonly Dictionary<string, (int Kernels, double Bytes)[]> s_combinations = new()
    {
        ["plain"] = [(2, 20)],
        ["gsam"] = [(3, 32)],
        ["gsam clean"] = [(3, 32)],
        ["wsam"] = [(3, 32)],
        ["wsam coupled"] = [(3, 32)],
        ["looksam"] = [(4, 40), (1, 8), (1, 8)],
        ["looksam by tensor"] = [(4, 40), (1, 8)],
    };

    public static TheoryData<string> Perturbations() => [.. Variants.Perturbations.Keys];

    public static TheoryData<string> Combinations() => [.. Variants.Combinations.Keys];

    public static TheoryData<string> Bases() => [.. Variants.Bases.Keys];

    public static TheoryData<string> Cases() => [.. OwnWorkCase.All.Select(static variant => variant.Name)];

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void APerturbation_TakesWhatItsDefinitionAsks(string name) =>
        Check(OwnWork.Of(Variants.Perturbations[name](), Momentum, new SamOptions()), s_perturbations[name]);

    [Theory]
    [MemberData(nameof(Combinations))]
    public void ACombination_TakesWhatItsDefinitionAsks(string name) =>
        Check(OwnWork.Of(Perturbation.Sam(0.1f), Momentum, new SamOptions { Combination = Variants.Combinations[name]() }), s_combinations[name]);

    [Theory]
    [MemberData(nameof(Bases))]
    public void SamAroundAnyBaseOptimizer_TakesTheSame(string name) =>
        Check(OwnWork.Of(Perturbation.Sam(0.1f), Variants.Bases[name], new SamOptions()), (2, 20));

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheTablesVariants_TakeTheirLeastAndStandInTheDocument(string name)
    {
        OwnWorkCase variant = OwnWorkCase.All.Single(variant => variant.Name == name);
        OwnWork[] counted = variant.Count();
        Check(counted, variant.Least);
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "sam-family.md"));
        Assert.Contains(variant.Row(counted), document, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sam")]
    [InlineData("sam p=3")]
    [InlineData("sam p=inf")]
    [InlineData("asam")]
    [InlineData("asam p=inf")]
    [InlineData("usam")]
    [InlineData("sam-on")]
    [InlineData("random")]
    public void VariantsWithoutAnArenaOfTheirOwn_StayWithinTheLaw(string name)
    {
        Perturbation perturbation = name == "random" ? Perturbation.Random(0.1f) : Variants.Perturbations[name]();
        OwnWork own = Assert.Single(OwnWork.Of(perturbation, Momentum, new SamOptions()));
        Assert.InRange(own.Kernels, 1, MostKernels);

        // In whole bytes: what tables and partial sums add falls with the size of the model's tensors.
        Assert.InRange(Math.Floor(own.Bytes), 0, MostBytes);
    }

    [Fact]
    public void EsamOfTheCodesNorm_RunsCallByCall_AndClearsTheTensorsThatItLeavesOut()
    {
        OwnWork own = Assert.Single(OwnWork.Of(Perturbation.Esam(0.1f, 0.5f, dataFraction: 1), Momentum, new SamOptions()));
        Assert.Equal((0, 0, 0, 0), (own.Step.GraphLaunches, own.Step.Synchronisations, own.Step.DeviceToHostCopies, own.Step.Allocations));
        Assert.InRange(own.Bytes, 20 - Below, 24 + Above);
    }

    private static BaseOptimizer Momentum() => new Sgd(0.01f, 0.9f);

    private static void Check(OwnWork[] counted, params (int Kernels, double Bytes)[] least)
    {
        Assert.Equal(least.Length, counted.Length);
        for (int i = 0; i < least.Length; i++)
        {
            OwnWork own = counted[i];
            StepCounts step = own.Step;
            Assert.Equal(least[i].Kernels, own.Kernels);
            Assert.InRange(own.Bytes, least[i].Bytes - Below, least[i].Bytes + Above);
            Assert.Equal((1, 1, 0, 0, 0), (step.GraphLaunches, step.HostToDeviceCopies, step.Synchronisations, step.DeviceToHostCopies, step.Allocations));
        }
    }
}
