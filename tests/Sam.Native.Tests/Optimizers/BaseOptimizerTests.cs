namespace Sam.Native.Tests.Optimizers;

/// <summary>Base optimizers over many steps with a gradient that shrinks, so that every number of theirs matters: the reference with the same numbers is
/// followed, and one with any of them changed is not.</summary>
public sealed class BaseOptimizerTests
{
    // RAdam divides by the root from its sixth update on with the usual beta2, and amsgrad's largest moment is an old one after a few.
    private const int Steps = 14;
    private const double Shrink = 0.7;

    // Weights about 1 that move by up to 1, in fourteen steps of single precision.
    private const double Tolerance = 1e-5;

    private static readonly Dictionary<string, (Func<BaseOptimizer> Make, Func<BaseOptimizer>[] Others)> s_rows = new()
    {
        ["sgd"] = (() => new Sgd(0.05f, 0.9f, 0.2f, 0.1f),
            [() => new Sgd(0.05f, 0.8f, 0.2f, 0.1f), () => new Sgd(0.05f, 0.9f, 0.1f, 0.1f), () => new Sgd(0.05f, 0.9f, 0.2f, 0.05f)]),
        ["sgd nesterov"] = (() => new Sgd(0.05f, 0.9f, nesterov: true), [() => new Sgd(0.05f, 0.9f)]),
        ["sgd decoupled"] = (() => new Sgd(0.05f, 0.9f, weightDecay: 0.1f, decoupled: true), [() => new Sgd(0.05f, 0.9f, weightDecay: 0.1f)]),
        ["adam"] = (() => new Adam(0.05f, 0.8f, 0.95f, 0.03f, false, 0.1f),
            [() => new Adam(0.05f, 0.85f, 0.95f, 0.03f, false, 0.1f), () => new Adam(0.05f, 0.8f, 0.96f, 0.03f, false, 0.1f),
             () => new Adam(0.05f, 0.8f, 0.95f, 0.04f, false, 0.1f), () => new Adam(0.05f, 0.8f, 0.95f, 0.03f, false, 0.12f),
             () => new Adam(0.05f, 0.8f, 0.95f, 0.03f, true, 0.1f), () => new AdamW(0.05f, 0.8f, 0.95f, 0.03f, false, 0.1f)]),
        ["adam amsgrad"] = (() => new Adam(0.05f, 0.8f, 0.7f, 0.03f, true), [() => new Adam(0.05f, 0.8f, 0.7f, 0.03f)]),
        ["adamw amsgrad"] = (() => new AdamW(0.05f, 0.8f, 0.7f, 0.03f, true, 0.1f),
            [() => new AdamW(0.05f, 0.8f, 0.7f, 0.03f, false, 0.1f), () => new AdamW(0.05f, 0.8f, 0.7f, 0.03f, true, 0.2f),
             () => new AdamW(0.05f, 0.8f, 0.7f, 0.05f, true, 0.1f)]),
        ["nadam"] = (() => new NAdam(0.05f, 0.8f, 0.95f, 0.03f, 0.1f, 0.1f),
            [() => new NAdam(0.05f, 0.85f, 0.95f, 0.03f, 0.1f, 0.1f), () => new NAdam(0.05f, 0.8f, 0.96f, 0.03f, 0.1f, 0.1f),
             () => new NAdam(0.05f, 0.8f, 0.95f, 0.05f, 0.1f, 0.1f), () => new NAdam(0.05f, 0.8f, 0.95f, 0.03f, 0.2f, 0.1f),
             () => new NAdam(0.05f, 0.8f, 0.95f, 0.03f, 0.1f, 0.2f)]),
        ["radam"] = (() => new RAdam(0.05f, 0.8f, 0.999f, 0.03f, 0.1f),
            [() => new RAdam(0.05f, 0.85f, 0.999f, 0.03f, 0.1f), () => new RAdam(0.05f, 0.8f, 0.99f, 0.03f, 0.1f),
             () => new RAdam(0.05f, 0.8f, 0.999f, 0.05f, 0.1f), () => new RAdam(0.05f, 0.8f, 0.999f, 0.03f, 0.2f)]),
        ["adamax"] = (() => new Adamax(0.05f, 0.8f, 0.9f, 0.05f, 0.1f),
            [() => new Adamax(0.05f, 0.85f, 0.9f, 0.05f, 0.1f), () => new Adamax(0.05f, 0.8f, 0.95f, 0.05f, 0.1f),
             () => new Adamax(0.05f, 0.8f, 0.9f, 0.1f, 0.1f), () => new Adamax(0.05f, 0.8f, 0.9f, 0.05f, 0.2f)]),
        ["rmsprop"] = (() => new Rmsprop(0.02f, 0.9f, 0.05f, 0.5f, true, 0.1f),
            [() => new Rmsprop(0.02f, 0.95f, 0.05f, 0.5f, true, 0.1f), () => new Rmsprop(0.02f, 0.9f, 0.1f, 0.5f, true, 0.1f),
             () => new Rmsprop(0.02f, 0.9f, 0.05f, 0.6f, true, 0.1f), () => new Rmsprop(0.02f, 0.9f, 0.05f, 0.5f, false, 0.1f),
             () => new Rmsprop(0.02f, 0.9f, 0.05f, 0.5f, true, 0.2f)]),
        ["adagrad"] = (() => new Adagrad(0.1f, 0.1f, 0.5f, 0.1f, 0.1f),
            [() => new Adagrad(0.1f, 0.2f, 0.5f, 0.1f, 0.1f), () => new Adagrad(0.1f, 0.1f, 0.6f, 0.1f, 0.1f),
             () => new Adagrad(0.1f, 0.1f, 0.5f, 0.2f, 0.1f), () => new Adagrad(0.1f, 0.1f, 0.5f, 0.1f, 0.2f)]),
        ["adadelta"] = (() => new Adadelta(1, 0.9f, 1e-3f, 0.1f),
            [() => new Adadelta(1, 0.95f, 1e-3f, 0.1f), () => new Adadelta(1, 0.9f, 2e-3f, 0.1f), () => new Adadelta(1, 0.9f, 1e-3f, 0.2f)]),
        ["lion"] = (() => new Lion(0.05f, 0.5f, 0.95f, 0.1f),
            [() => new Lion(0.05f, 0.99f, 0.95f, 0.1f), () => new Lion(0.05f, 0.5f, 0.5f, 0.1f), () => new Lion(0.05f, 0.5f, 0.95f, 0.2f)]),
        ["lamb"] = (() => new Lamb(0.05f, 0.8f, 0.95f, 0.05f, 3, 0.1f),
            [() => new Lamb(0.05f, 0.85f, 0.95f, 0.05f, 3, 0.1f), () => new Lamb(0.05f, 0.8f, 0.96f, 0.05f, 3, 0.1f),
             () => new Lamb(0.05f, 0.8f, 0.95f, 0.1f, 3, 0.1f), () => new Lamb(0.05f, 0.8f, 0.95f, 0.05f, 4, 0.1f),
             () => new Lamb(0.05f, 0.8f, 0.95f, 0.05f, 3, 0.2f)]),
        ["lars"] = (() => new Lars(1, 0.9f, 0.02f, 0.5f, 0.1f),
            [() => new Lars(1, 0.8f, 0.02f, 0.5f, 0.1f), () => new Lars(1, 0.9f, 0.03f, 0.5f, 0.1f), () => new Lars(1, 0.9f, 0.02f, 1, 0.1f),
             () => new Lars(1, 0.9f, 0.02f, 0.5f, 0.2f)]),
        ["adafactor"] = (() => new Adafactor(0.02f, -0.5f, 1.5f, 0.6f, 0.1f),
            [() => new Adafactor(0.02f, -0.8f, 1.5f, 0.6f, 0.1f), () => new Adafactor(0.02f, -0.5f, 2, 0.6f, 0.1f),
             () => new Adafactor(0.02f, -0.5f, 1.5f, 0.5f, 0.1f), () => new Adafactor(0.02f, -0.5f, 1.5f, 0.6f, 0.2f)]),
    };

    public static TheoryData<string> Names() => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void ManySteps_FollowTheReferenceOfTheSameNumbersOnly(string name)
    {
        (Func<BaseOptimizer> make, Func<BaseOptimizer>[] others) = s_rows[name];
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, make(), Perturbation.None);
        for (int step = 0; step < Steps; step++)
        {
            int batch = step;
            sam.Step(() => model.Run(batch, Scale(batch)));
        }

        double[][] actual = model.Weights();
        Assert.InRange(Distance(actual, make()), 0, Tolerance);
        for (int i = 0; i < others.Length; i++)
        {
            Assert.True(Distance(actual, others[i]()) > 20 * Tolerance, $"{name}: number {i} of the others makes no difference");
        }
    }

    // Smaller and smaller, and now and then the other way.
    private static double Scale(int step) => Math.Pow(Shrink, step) * (step % 4 == 3 ? -1 : 1);

    // The largest difference from the reference's weights.
    private static double Distance(double[][] actual, BaseOptimizer settings)
    {
        ReferenceSam reference = new(settings, Perturbation.None, new SamOptions());
        for (int step = 0; step < Steps; step++)
        {
            int batch = step;
            double scale = Scale(batch);
            reference.Step(weights => [.. SyntheticModel.Gradient(weights, batch).Select(tensor => tensor.Select(g => g * scale).ToArray())]);
        }

        return actual.Select((tensor, t) => tensor.Select((w, i) => Math.Abs(w - reference.Weights[t][i]) / Math.Max(1, Math.Abs(w))).Max()).Max();
    }
}
