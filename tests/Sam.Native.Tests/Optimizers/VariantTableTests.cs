using Sam.Tests;

namespace Sam.Native.Tests.Optimizers;

/// <summary>Every perturbation over every base optimizer, and every combination of gradients, against the plain double reference.</summary>
public sealed class VariantTableTests
{
    private const int Steps = 5;

    // Weights are about 1 and move by 0.5; five steps in single precision, each rounded about 6e-8 in a dozen places, with divisions by
    // small moments.
    private const double Absolute = 4e-6;
    private const double Relative = 4e-6;

    // What LookSAM keeps is a small difference of the gradients, as small as rho: a large one leaves it more digits.
    private const float LookRho = 5;
    private const double LookTolerance = 4e-5;

    public static TheoryData<string, string> PerturbationsAndBases() => Table(Variants.Perturbations.Keys, Variants.Bases.Keys);

    public static TheoryData<string, string> CombinationsAndBases() => Table(Variants.Combinations.Keys, Variants.Bases.Keys);

    public static TheoryData<string, string> CombinationsAndPerturbations() =>
        Table(Variants.Combinations.Keys, Variants.Perturbations.Keys.Where(static name => name != "none"));

    public static TheoryData<string> Bases() => [.. Variants.Bases.Keys];

    [Theory]
    [MemberData(nameof(PerturbationsAndBases))]
    public void PerturbationOverBase_FollowsTheReference(string perturbation, string baseOptimizer) =>
        Compare(Variants.Perturbations[perturbation](), Variants.Bases[baseOptimizer], new SamOptions());

    [Theory]
    [MemberData(nameof(CombinationsAndBases))]
    public void CombinationOverBase_FollowsTheReference(string combination, string baseOptimizer) =>
        Compare(
            Perturbation.Sam(combination.StartsWith("looksam", StringComparison.Ordinal) ? LookRho : 0.1f),
            Variants.Bases[baseOptimizer],
            new SamOptions { Combination = Variants.Combinations[combination]() });

    [Theory]
    [MemberData(nameof(CombinationsAndPerturbations))]
    public void CombinationWithPerturbation_FollowsTheReference(string combination, string perturbation)
    {
        Perturbation small = Variants.Perturbations[perturbation]();
        bool looks = combination.StartsWith("looksam", StringComparison.Ordinal);
        Perturbation used = looks ? small with { Rho = 20 * small.Rho } : small;
        Compare(used, static () => new Sgd(0.05f, 0.9f), new SamOptions { Combination = Variants.Combinations[combination]() });
    }

    [Theory]
    [MemberData(nameof(Bases))]
    public void IntervalOverBase_FollowsTheReference(string baseOptimizer) =>
        Compare(Perturbation.Sam(0.1f), Variants.Bases[baseOptimizer], new SamOptions { Interval = 2 });

    [Theory]
    [MemberData(nameof(Bases))]
    public void MomentumSamOverBase_FollowsTheReferenceOrSaysThatThereIsNoMomentum(string baseOptimizer)
    {
        Perturbation msam = Perturbation.Msam(0.3f);
        if (Variants.Bases[baseOptimizer]().MomentumSlot >= 0)
        {
            Compare(msam, Variants.Bases[baseOptimizer], new SamOptions());
            Compare(msam with { P = 3 }, Variants.Bases[baseOptimizer], new SamOptions());
            return;
        }

        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using SyntheticModel model = new(device);
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SamOptimizer(model, Variants.Bases[baseOptimizer](), msam));
        Assert.Contains("momentum", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Bases))]
    public void EfficientSamOverBase_FollowsTheReference(string baseOptimizer)
    {
        foreach (SubsetNorm norm in Enum.GetValues<SubsetNorm>())
        {
            Perturbation esam = Perturbation.Esam(0.1f, 0.5f, dataFraction: 1) with { SubsetNorm = norm };
            Compare(esam, Variants.Bases[baseOptimizer], new SamOptions());
            Compare(esam with { P = 3 }, Variants.Bases[baseOptimizer], new SamOptions());
            Compare(esam with { P = float.PositiveInfinity, Scaling = PerturbationScaling.Elementwise, Eta = 0.01f }, Variants.Bases[baseOptimizer], new SamOptions());
            Compare(esam with { InnerSteps = 2 }, Variants.Bases[baseOptimizer], new SamOptions());
        }
    }

    private static void Compare(Perturbation perturbation, Func<BaseOptimizer> makeBase, SamOptions options)
    {
        using TestedDevice tested = TestedDevice.Open(1);
        Device device = tested.Device;
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, makeBase(), perturbation, options);
        ReferenceSam reference = new(makeBase(), perturbation, options);
        for (int step = 0; step < Steps; step++)
        {
            int batch = step;
            StepResult result = sam.Step(() => model.Run(batch));
            Assert.False(result.Skipped);
            reference.Step(weights => SyntheticModel.Gradient(weights, batch));
        }

        double[][] actual = model.Weights();
        double absolute = options.Combination.Kind == CombinationKind.Look ? LookTolerance : Absolute;
        for (int t = 0; t < actual.Length; t++)
        {
            for (int i = 0; i < actual[t].Length; i++)
            {
                double expected = reference.Weights[t][i];
                Assert.True(
                    Math.Abs(expected - actual[t][i]) <= absolute + (Relative * Math.Abs(expected)),
                    $"{SyntheticModel.Tensors[t].Name}[{i}]: expected {expected:g9}, got {actual[t][i]:g9}");
            }
        }
    }

    private static TheoryData<string, string> Table(IEnumerable<string> rows, IEnumerable<string> columns)
    {
        TheoryData<string, string> data = [];
        foreach (string row in rows)
        {
            foreach (string column in columns)
            {
                data.Add(row, column);
            }
        }

        return data;
    }
}
