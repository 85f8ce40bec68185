using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

/// <summary>A checkpoint goes on under the settings it was made with, and under no others.</summary>
public sealed class CheckpointSettingsTests
{
    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];

    // A setting, and how an optimizer is made with the other value of it: what the error names, and the two makers.
    private static readonly Dictionary<string, (Func<Made> Saved, Func<Made> Here)> s_pairs = new()
    {
        ["DecoupledDecay"] = (() => new(new Sgd(0.1f, 0.9f, weightDecay: 0.1f)), () => new(new Sgd(0.1f, 0.9f, weightDecay: 0.1f, decoupled: true))),
        ["BaseOptimizer"] = (() => new(new Adam(0.1f)), () => new(new AdamW(0.1f, weightDecay: 0))),
        ["Sgd.Dampening"] = (() => new(new Sgd(0.1f, 0.9f)), () => new(new Sgd(0.1f, 0.9f, dampening: 0.1f))),
        ["Sgd.Nesterov"] = (() => new(new Sgd(0.1f, 0.9f)), () => new(new Sgd(0.1f, 0.9f, nesterov: true))),
        ["Adam.Beta1"] = (() => new(new Adam(0.1f)), () => new(new Adam(0.1f, beta1: 0.8f))),
        ["Adam.Beta2"] = (() => new(new Adam(0.1f)), () => new(new Adam(0.1f, beta2: 0.99f))),
        ["AdamW.Epsilon"] = (() => new(new AdamW(0.1f)), () => new(new AdamW(0.1f, epsilon: 1e-7f))),
        ["AdamW.Amsgrad"] = (() => new(new AdamW(0.1f)), () => new(new AdamW(0.1f, amsgrad: true))),
        ["NAdam.MomentumDecay"] = (() => new(new NAdam(0.1f)), () => new(new NAdam(0.1f, momentumDecay: 0.01f))),
        ["RAdam.Epsilon"] = (() => new(new RAdam(0.1f)), () => new(new RAdam(0.1f, epsilon: 1e-7f))),
        ["Adamax.Beta2"] = (() => new(new Adamax(0.1f)), () => new(new Adamax(0.1f, beta2: 0.9f))),
        ["Rmsprop.Alpha"] = (() => new(new Rmsprop(0.1f)), () => new(new Rmsprop(0.1f, alpha: 0.9f))),
        ["Rmsprop.Centered"] = (() => new(new Rmsprop(0.1f)), () => new(new Rmsprop(0.1f, centered: true))),
        ["Adagrad.InitialAccumulator"] = (() => new(new Adagrad(0.1f)), () => new(new Adagrad(0.1f, initialAccumulator: 1))),
        ["Adagrad.LearningRateDecay"] = (() => new(new Adagrad(0.1f)), () => new(new Adagrad(0.1f, learningRateDecay: 1))),
        ["Adadelta.Rho"] = (() => new(new Adadelta(1)), () => new(new Adadelta(1, rho: 0.5f))),
        ["Lion.Beta2"] = (() => new(new Lion(0.1f)), () => new(new Lion(0.1f, beta2: 0.9f))),
        ["Lamb.MaximumNorm"] = (() => new(new Lamb(0.1f)), () => new(new Lamb(0.1f, maximumNorm: 7))),
        ["Lars.Trust"] = (() => new(new Lars(0.1f)), () => new(new Lars(0.1f, trust: 0.1f))),
        ["Adafactor.Threshold"] = (() => new(new Adafactor(0.1f)), () => new(new Adafactor(0.1f, threshold: 0.5f))),
        ["Perturbation.P"] = (() => new(Perturbation.Sam(0.1f)), () => new(Perturbation.Sam(0.1f, 3))),
        ["Perturbation.Eta"] = (() => new(Perturbation.Asam(0.1f)), () => new(Perturbation.Asam(0.1f, eta: 0.1f))),
        ["Perturbation.ScalesWeightsOnly"] = (() => new(Perturbation.Asam(0.1f)), () => new(Perturbation.Asam(0.1f, weightsOnly: false))),
        ["Perturbation.Scaling"] = (() => new(Perturbation.Sam(0.1f)), () => new(Perturbation.AsamLayerwise(0.1f))),
        ["Perturbation.IsNormalized"] = (() => new(Perturbation.Sam(0.1f)), () => new(Perturbation.Usam(0.1f))),
        ["Perturbation.NormalizationOnly"] = (() => new(Perturbation.Sam(0.1f)), () => new(Perturbation.SamOn(0.1f))),
        ["Perturbation.InnerSteps"] = (() => new(Perturbation.Sam(0.1f)), () => new(Perturbation.Sam(0.1f) with { InnerSteps = 2 })),
        ["Perturbation.Direction"] = (() => new(Perturbation.Sam(0.1f)), () => new(Perturbation.Random(0.1f))),
        ["Perturbation.Sigma"] = (() => new(Perturbation.Friendly(0.1f)), () => new(Perturbation.Friendly(0.1f, sigma: 0.5f))),
        ["Perturbation.Lambda"] = (() => new(Perturbation.Friendly(0.1f)), () => new(Perturbation.Friendly(0.1f, lambda: 0.6f))),
        ["Perturbation.Average"] = (() => new(Perturbation.Friendly(0.1f)), () => new(Perturbation.Friendly(0.1f, average: FriendlyAverage.Code))),
        ["Perturbation.WeightFraction"] = (() => new(Perturbation.Esam(0.1f, 0.5f, 1)), () => new(Perturbation.Esam(0.1f, 0.6f, 1))),
        ["Perturbation.DataFraction"] = (() => new(Perturbation.Esam(0.1f)), () => new(Perturbation.Esam(0.1f, dataFraction: 0.75f))),
        ["Perturbation.SubsetNorm"] = (() => new(Perturbation.Esam(0.1f)), () => new(Perturbation.Esam(0.1f) with { SubsetNorm = SubsetNorm.All })),
        ["Combination.Kind"] = (() => new(new SamOptions()), () => new(new SamOptions { Combination = Combination.Gsam() })),
        ["Combination.Alpha"] = (
            () => new(new SamOptions { Combination = Combination.Wsam(0.9f) }), () => new(new SamOptions { Combination = Combination.Wsam(0.8f) })),
        ["Combination.IsDecoupled"] = (
            () => new(new SamOptions { Combination = Combination.Wsam() }), () => new(new SamOptions { Combination = Combination.Wsam(decoupled: false) })),
        ["Combination.MinimizesPerturbedLoss"] = (
            () => new(new SamOptions { Combination = Combination.Gsam() }),
            () => new(new SamOptions { Combination = Combination.Gsam(minimizesPerturbedLoss: false) })),
        ["Combination.Interval"] = (
            () => new(new SamOptions { Combination = Combination.LookSam(5) }), () => new(new SamOptions { Combination = Combination.LookSam(4) })),
        ["Combination.IsByTensor"] = (
            () => new(new SamOptions { Combination = Combination.LookSam() }), () => new(new SamOptions { Combination = Combination.LookSam(byTensor: true) })),
        ["SamOptions.Interval"] = (() => new(new SamOptions()), () => new(new SamOptions { Interval = 2 })),
        ["SamOptions.MicroBatch"] = (() => new(new SamOptions { MicroBatch = 2 }), () => new(new SamOptions { MicroBatch = 3 })),
        ["SamOptions.PerturbsEachMicroBatch"] = (
            () => new(new SamOptions { MicroBatch = 2 }), () => new(new SamOptions { MicroBatch = 2, PerturbsEachMicroBatch = true })),
        ["SamOptions.LossDecay"] = (() => new(new SamOptions { LossDecay = 0.1f }), () => new(new SamOptions { LossDecay = 0.2f })),
        ["SamOptions.Clipping"] = (
            () => new(new SamOptions { Clipping = GradientClipping.ByNorm(1) }), () => new(new SamOptions { Clipping = GradientClipping.ByValue(1) })),
        ["SamOptions.Averaging"] = (
            () => new(new SamOptions { Averaging = WeightAveraging.Stochastic(1, 2) }), () => new(new SamOptions { Averaging = WeightAveraging.Stochastic(1, 3) })),
        ["SamOptions.LossScaling"] = (
            () => new(new SamOptions { LossScaling = new LossScaling() }), () => new(new SamOptions { LossScaling = new LossScaling { GrowthInterval = 7 } })),
        ["SamOptions.LearningRate"] = (
            () => new(new SamOptions { LearningRate = Schedule.MultiStep(0.1f, [10, 20]) }),
            () => new(new SamOptions { LearningRate = Schedule.MultiStep(0.1f, [10, 30]) })),
        ["SamOptions.Rho"] = (
            () => new(new SamOptions { Rho = Schedule.Linear(0.1f, 0.2f, 9) }),
            () => new(new SamOptions { Rho = Schedule.Linear(0.1f, 0.2f, 9).WithWarmup(2) })),
        ["group of layer0.Weight"] = (
            () => new(new Sgd(0.1f, weightDecay: 0.1f)), () => new(new Sgd(0.1f, weightDecay: 0.2f))),
        ["group of layer0.Bias"] = (
            () => new(new SamOptions { Groups = [ParameterGroup.Named("*.Bias") with { RhoFactor = 2 }] }),
            () => new(new SamOptions { Groups = [ParameterGroup.Named("*.Bias") with { RhoFactor = 3 }] })),
        ["group of layer0.NormalizationShift"] = (
            () => new(new SamOptions()), () => new(new SamOptions { Groups = [ParameterGroup.Named("*Shift") with { IsFrozen = true }] })),
    };

    public static TheoryData<string> Names() => [.. s_pairs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void CheckpointOfAnotherSetting_IsRefusedByNameAndOneOfTheSameIsTaken(string name)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("sam.safetensors");
        using Device device = Device.Cpu();
        (Func<Made> saved, Func<Made> here) = s_pairs[name];
        foreach ((Func<Made> from, Func<Made> to) in ((Func<Made>, Func<Made>)[])[(saved, here), (here, saved)])
        {
            using FlatModel model = new(device, 4, 37, 5, 16, 16);
            using (SamOptimizer sam = from().On(model))
            {
                sam.Step(s_input, s_targets);
                sam.Save(path);
            }

            using FlatModel other = new(device, 4, 37, 5, 16, 16);
            float[] before = other.Copy();
            using (SamOptimizer refusing = to().On(other))
            {
                string message = Assert.Throws<SafeTensorsException>(() => refusing.Load(path)).Message;
                Assert.Contains($"{name} is ", message, StringComparison.Ordinal);
                Assert.Contains(" in the file, ", message, StringComparison.Ordinal);
                Bits.AssertEqual(before, other.Copy(), "untouched");
                Assert.Equal(0, refusing.BaseOptimizer.UpdateCount);
            }

            using SamOptimizer taking = from().On(other);
            taking.Load(path);
            Bits.AssertEqual(model.Copy(), other.Copy(), "taken");
            Assert.Equal(1, taking.BaseOptimizer.UpdateCount);
        }
    }

    private sealed record Made(BaseOptimizer Base, Perturbation Perturbation, SamOptions Options)
    {
        public Made(BaseOptimizer baseOptimizer)
            : this(baseOptimizer, Perturbation.Sam(0.1f), new SamOptions())
        {
        }

        public Made(Perturbation perturbation)
            : this(new Sgd(0.1f, 0.9f), perturbation, new SamOptions())
        {
        }

        public Made(SamOptions options)
            : this(new Sgd(0.1f, 0.9f), Perturbation.Sam(0.1f), options)
        {
        }

        public SamOptimizer On(Model model) => new(model, Base, Perturbation, Options);
    }
}
