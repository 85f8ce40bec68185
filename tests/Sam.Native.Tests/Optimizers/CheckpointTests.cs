using Sam.Native.Tests.Cpu;
using Sam.Tests;

namespace Sam.Native.Tests.Optimizers;

/// <summary>Training that goes on from a file is the training that was never broken off.</summary>
public sealed class CheckpointTests
{
    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];

    public static TheoryData<string> Perturbations() => [.. Variants.Perturbations.Keys, "msam", "esam", "esam of all", "esam data", "random"];

    public static TheoryData<string> Combinations() => [.. Variants.Combinations.Keys];

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void ResumedPerturbation_HasTheSameBitsOverEveryBaseAndCombination(string name)
    {
        // p changes nothing that is kept, so one combination is enough for its rows.
        bool keeps = LawTests.Make(name).P == 2;
        int row = name.Sum(static letter => letter);
        foreach ((string baseOptimizer, string combination) in Variants.Bases.Keys.SelectMany(static one => Variants.Combinations.Keys.Select(two => (one, two))))
        {
            SamOptions options = new() { Combination = Variants.Combinations[combination]() };
            if ((keeps || combination == "plain") && LawTests.Fits(name, baseOptimizer, options) && TestedDevice.Takes(row++))
            {
                Resume(() => LawTests.Make(name), Variants.Bases[baseOptimizer], options, $"{name}, {combination} over {baseOptimizer}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void ResumedMicroBatches_HaveTheSameBits(string name)
    {
        int row = name.Sum(static letter => letter);
        foreach (string combination in Variants.Combinations.Keys)
        {
            foreach (bool each in (bool[])[false, true])
            {
                SamOptions options = new() { Combination = Variants.Combinations[combination](), MicroBatch = 3, PerturbsEachMicroBatch = each, Interval = 2 };
                if (LawTests.Fits(name, "sgd momentum", options) && TestedDevice.Takes(row++))
                {
                    Resume(() => LawTests.Make(name), static () => new Sgd(0.1f, 0.9f), options, $"{name}, {combination}, each {each}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void ResumedCombination_HasTheSameBits(string name)
    {
        SamOptions options = new()
        {
            Combination = Variants.Combinations[name](),
            Groups = [ParameterGroup.Named("*.Bias") with { IsFrozen = true }, ParameterGroup.NoDecay()],
            LearningRate = Schedule.Cosine(0.1f, 0, 8),
            Averaging = WeightAveraging.Exponential(0.9f),
            LossScaling = new LossScaling { GrowthInterval = 3 },
        };
        Resume(static () => Perturbation.Asam(0.1f), static () => new AdamW(0.01f), options, name);
    }

    [Fact]
    public void CheckpointOfOtherSettings_IsAnErrorAndChangesNothing()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "sam.safetensors");
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using FlatModel model = new(device, 4, 300, 7);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam());
        sam.Step(s_input, s_targets);
        sam.Save(path);
        float[] weights = model.Copy();
        Refuses(new Sgd(0.1f, 0.8f), Perturbation.Sam(), "Sgd.Momentum is 0.9 in the file, 0.8 here");
        Refuses(new Adam(0.1f), Perturbation.Sam(), "BaseOptimizer is Sgd in the file, Adam here");
        Refuses(new Sgd(0.1f, 0.9f), Perturbation.Sam(0.1f), "Perturbation.Rho is 0.05 in the file, 0.1 here");
        using (FlatModel other = new(device, 4, 301, 7))
        using (SamOptimizer loading = new(other, new Sgd(0.1f, 0.9f), Perturbation.Sam()))
        {
            Assert.Throws<SafeTensorsException>(() => loading.Load(path));
        }

        using (FlatModel lenient = new(device, 4, 300, 7))
        using (SamOptimizer loading = new(lenient, new Sgd(0.5f, 0.8f), Perturbation.Sam(0.1f)))
        {
            loading.Load(path, strict: false);
            Bits.AssertEqual(weights, lenient.Copy(), "weights");
            Assert.Equal(0.1f, loading.BaseOptimizer.LearningRate);
        }

        model.Save(path);
        Assert.Contains("no checkpoint", Assert.Throws<SafeTensorsException>(() => sam.Load(path)).Message, StringComparison.Ordinal);
        Bits.AssertEqual(weights, model.Copy(), "weights");

        void Refuses(BaseOptimizer baseOptimizer, Perturbation perturbation, string text)
        {
            using FlatModel other = new(device, 4, 300, 7);
            float[] before = other.Copy();
            using SamOptimizer loading = new(other, baseOptimizer, perturbation);
            Assert.Contains(text, Assert.Throws<SafeTensorsException>(() => loading.Load(path)).Message, StringComparison.Ordinal);
            Bits.AssertEqual(before, other.Copy(), "untouched");
            Assert.Equal(0, loading.BaseOptimizer.UpdateCount);
        }
    }

    private static void Resume(Func<Perturbation> perturbation, Func<BaseOptimizer> baseOptimizer, SamOptions options, string what)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "sam.safetensors");
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using FlatModel unbroken = new(device, 4, 37, 5, 16, 16, 300, 7);
        using SamOptimizer one = new(unbroken, baseOptimizer(), perturbation(), options);
        Steps(one, 4);
        one.Save(path);
        Steps(one, 4);
        using FlatModel resumed = new(device, 4, 37, 5, 16, 16, 300, 7);
        using SamOptimizer two = new(resumed, baseOptimizer(), perturbation(), options);
        two.Load(path);
        Steps(two, 4);
        Bits.AssertEqual(unbroken.Copy(), resumed.Copy(), what);
        Assert.Equal(one.LossScale, two.LossScale);
        Assert.Equal(one.AveragedUpdates, two.AveragedUpdates);
        if (options.Averaging is not null)
        {
            one.SwapAverage();
            two.SwapAverage();
            Bits.AssertEqual(unbroken.Copy(), resumed.Copy(), "averages");
        }
    }

    private static void Steps(SamOptimizer sam, int count)
    {
        for (int i = 0; i < count; i++)
        {
            sam.Step(s_input, s_targets);
        }
    }
}
