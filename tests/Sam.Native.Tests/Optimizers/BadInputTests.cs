using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

public sealed class BadInputTests
{
    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];

    public static TheoryData<string> Settings() => [.. s_settings.Keys];

    private static readonly Dictionary<string, Action> s_settings = new()
    {
        ["rho"] = static () => Perturbation.Sam(-1),
        ["Rho"] = static () => _ = Perturbation.Sam() with { Rho = float.NaN },
        ["p"] = static () => Perturbation.Sam(p: 0.5f),
        ["eta"] = static () => Perturbation.Asam(eta: -1),
        ["sigma"] = static () => Perturbation.Friendly(sigma: 2),
        ["lambda"] = static () => Perturbation.Friendly(lambda: 1),
        ["beta"] = static () => Perturbation.Esam(weightFraction: 0),
        ["gamma"] = static () => Combination.Wsam(1),
        ["alpha"] = static () => Combination.Gsam(-0.1f),
        ["k"] = static () => Combination.LookSam(0),
        ["ascent steps"] = static () => _ = Perturbation.Sam() with { InnerSteps = 0 },
        ["limit"] = static () => GradientClipping.ByNorm(0),
        ["decay"] = static () => WeightAveraging.Exponential(1),
        ["scale"] = static () => _ = new LossScaling { InitialScale = 0 },
        ["RhoFactor"] = static () => _ = ParameterGroup.NoDecay() with { RhoFactor = -1 },
        ["learningRate"] = static () => new Adam(-1),
        ["beta1"] = static () => new Adam(beta1: 1),
        ["epsilon"] = static () => new Rmsprop(epsilon: 0),
        ["trust"] = static () => new Lars(1, trust: 0),
        ["beta2Decay"] = static () => new Adafactor(beta2Decay: 0.1f),
        ["threshold"] = static () => new Adafactor(threshold: 0),
        ["SAM steps"] = static () => _ = new SamOptions { Interval = 0 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void BadSetting_IsAnErrorThatNamesItAndItsRange(string name)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(s_settings[name]);
        Assert.Contains(name, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void SettingsThatDoNotFitEachOther_AreErrors()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 30, 7);
        Refuses(new Sgd(1, 0.9f), Perturbation.Msam(), new SamOptions { Combination = Combination.Gsam() });
        Refuses(new Sgd(1), Perturbation.Msam(), new SamOptions());
        Refuses(new Sgd(1), Perturbation.None, new SamOptions { Combination = Combination.Wsam() });
        Refuses(new Sgd(1), Perturbation.Friendly() with { InnerSteps = 2 }, new SamOptions());
        Refuses(new Sgd(1), Perturbation.AsamLayerwise() with { P = 3 }, new SamOptions());
        Refuses(new Sgd(1), Perturbation.SamOn(), new SamOptions { Groups = [ParameterGroup.Named("*") with { IsPerturbed = false }] });
        Refuses(new Sgd(1), Perturbation.Sam(), new SamOptions { MicroBatch = 5 });
        Refuses(new Sgd(1), Perturbation.Esam(), new SamOptions { MicroBatch = 2 });
        Refuses(new Sgd(1), Perturbation.Esam(), new SamOptions { Combination = Combination.Gsam() });
        Refuses(new Sgd(1), Perturbation.Esam(), new SamOptions { LossDecay = 1e-4f });
        Refuses(new Sgd(1), Perturbation.Random() with { WeightFraction = 0.5f }, new SamOptions());
        Refuses(new Sgd(1), Perturbation.Sam(), new SamOptions { LearningRate = Schedule.ProportionalToLearningRate(0, 1, 0, 1) });
        Refuses(new Sgd(1), Perturbation.Sam(), new SamOptions { Groups = [ParameterGroup.Named("*") with { IsFrozen = true }] });

        void Refuses(BaseOptimizer baseOptimizer, Perturbation perturbation, SamOptions options) =>
            Assert.Throws<ArgumentException>(() => new SamOptimizer(model, baseOptimizer, perturbation, options));
    }

    [Fact]
    public void OneBaseOptimizer_ServesOneSamOptimizer()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 30, 7);
        Sgd sgd = new(0.1f);
        Assert.Throws<ArgumentException>(() => new SamOptimizer(model, sgd, Perturbation.Msam()));
        Assert.Throws<ArgumentException>(() => new SamOptimizer(model, sgd, Perturbation.SamOn()));
        using SamOptimizer sam = new(model, sgd, Perturbation.None);
        Assert.Throws<InvalidOperationException>(() => new SamOptimizer(model, sgd, Perturbation.None));
    }

    [Fact]
    public void HalvesOutOfOrder_AreErrorsThatSayTheOrderAndChangeNothing()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 30, 7);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam() with { InnerSteps = 2 });
        float[] start = model.Copy();
        Says(() => sam.SecondStep());
        Says(sam.FirstStep);
        Gradient();
        sam.FirstStep();
        float[] moved = model.Copy();
        Says(() => sam.SecondStep());
        Says(sam.FirstStep);
        Says(() => sam.Step(s_input, s_targets));
        Says(() => sam.Step(() => 0));
        Assert.Throws<InvalidOperationException>(() => sam.Save("never"));
        Bits.AssertEqual(moved, model.Copy(), "perturbed");
        Gradient();
        sam.FirstStep();
        Gradient();
        Says(sam.FirstStep);
        sam.SecondStep();
        Assert.NotEqual(start, model.Copy());
        Says(() => sam.SecondStep());

        void Gradient()
        {
            model.Forward(s_input);
            model.Backward(Loss.MeanSquaredError(s_targets));
        }

        static void Says(Action call) =>
            Assert.Contains("the order is", Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsMovedAgainstTheMomentum_AreNotSavedOrSteppedFrom()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 30, 7);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Msam());
        using SamOptimizer other = new(model, new Sgd(0.1f), Perturbation.None);
        sam.Step(s_input, s_targets);
        sam.FirstStep();
        Assert.Throws<InvalidOperationException>(() => model.Save("never"));
        Assert.Throws<InvalidOperationException>(() => other.Step(s_input, s_targets));
        model.Forward(s_input);
        model.Backward(Loss.MeanSquaredError(s_targets));
        Assert.False(sam.SecondStep().Skipped);
        Assert.False(other.Step(s_input, s_targets).Skipped);
    }

    [Fact]
    public void BadBatches_AreErrorsAndChangeNothing()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 30, 7);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam());
        float[] start = model.Copy();
        Assert.Throws<ArgumentException>(() => sam.Step(new float[5], new float[5]));
        Assert.Throws<ArgumentException>(() => sam.Step(s_input, new float[3]));
        Assert.Throws<ArgumentException>(() => sam.Step([], new float[0]));
        Assert.Throws<ArgumentException>(() => sam.Step(s_input, Loss.Custom(0, s_targets)));
        Assert.Throws<ArgumentNullException>(() => sam.Step((Func<float>)null!));
        Assert.Contains("no gradient", Assert.Throws<InvalidOperationException>(() => sam.Step(static () => 0)).Message,
            StringComparison.Ordinal);
        Assert.Equal("examples", Assert.Throws<ArgumentOutOfRangeException>(() => sam.NextInput(0)).ParamName);
        Assert.Equal("examples", Assert.Throws<ArgumentOutOfRangeException>(() => sam.NextInput(5)).ParamName);
        Bits.AssertEqual(start, model.Copy(), "weights");
        Assert.False(sam.Step(s_input, s_targets).Skipped);
    }

    [Fact]
    public void DisposingBetweenTheHalves_RestoresTheWeights()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 30, 7);
        float[] start = model.Copy();
        SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam());
        model.Forward(s_input);
        model.Backward(Loss.MeanSquaredError(s_targets));
        sam.FirstStep();
        Assert.NotEqual(start, model.Copy());
        sam.Dispose();
        sam.Dispose();
        Bits.AssertEqual(start, model.Copy(), "weights");
        Assert.Throws<ObjectDisposedException>(() => sam.Step(s_input, s_targets));
        Assert.Throws<ObjectDisposedException>(sam.FirstStep);
        using SamOptimizer next = new(model, new Sgd(0.1f), Perturbation.Sam());
        Assert.False(next.Step(s_input, s_targets).Skipped);
    }
}
