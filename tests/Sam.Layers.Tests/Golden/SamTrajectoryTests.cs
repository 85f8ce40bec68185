using System.Text.Json;
using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Golden;

/// <summary>Training runs of the published implementations, step by step.</summary>
public sealed class SamTrajectoryTests
{
    // The bound of tests/golden/README.md: a single-precision run that sums in another order stays within 4e-6 of the double run.
    private const double Tolerance = 1e-5;

    // Norms and statistics are far from 1, so theirs is relative too.
    private const double RelativeTolerance = 1e-5;

    public static TheoryData<string> Runs() =>
        [.. GoldenCase.Names];

    /// <summary>The runs with one perturbation a step; in the others each micro-batch has its own.</summary>
    public static TheoryData<string> RunsInHalves() => [.. GoldenCase.Names.Where(static name =>
    {
        GoldenCase run = GoldenCase.Load(name);
        return run.Has("perturbed0." + run.ParameterNames.First());
    })];

    [Theory]
    [MemberData(nameof(Runs))]
    public void ReferenceRun_IsReproduced(string name)
    {
        GoldenCase run = GoldenCase.Load(name);
        JsonElement description = run.Description;
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using Model model = TrajectorySetup.Model(run, device);
        using SamOptimizer sam = TrajectorySetup.Optimizer(description, model);
        TrajectoryDriver driver = new(run, model, sam);
        int steps = description.GetProperty("steps").GetInt32();
        double[] losses = run.Doubles("losses64"), perturbed = run.Doubles("losses_perturbed64");
        for (int step = 0; step < steps; step++)
        {
            driver.SetRates(step);
            StepResult result = driver.Step(step);
            Assert.False(result.Skipped);
            Near(losses[step], result.Loss, $"loss of step {step}");
            if (!double.IsNaN(perturbed[step]))
            {
                Near(perturbed[step], result.PerturbedLoss, $"perturbed loss of step {step}");
            }

            if (run.Has("micro_grad_norms64"))
            {
                double[] norms = run.Doubles("micro_grad_norms64");
                int pieces = norms.Length / steps;
                Near(norms.AsSpan(step * pieces, pieces).ToArray().Average(), result.GradientNorm,
                    $"mean norm of the micro-batches of step {step}");
            }
            else if (run.Has("grad_norms64"))
            {
                Near(run.Doubles("grad_norms64")[step] * driver.GradientFactor(step), result.GradientNorm, $"gradient norm of step {step}");
            }

            if (run.Has("perturb_norms64") && !double.IsNaN(run.Doubles("perturb_norms64")[step]))
            {
                Near(run.Doubles("perturb_norms64")[step], result.DirectionNorm, $"direction norm of step {step}");
            }

            if (step == 0)
            {
                Compare(run, model, "after0.");
            }
        }

        Compare(run, model, "final64.");
        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger)
            {
                // Those runs keep statistics still in the second pass with a momentum of 0, which counts the batch all the same. Here what
                // moves no statistics is not counted: the count is that of the batches in the statistics.
                int counted = run.Ints("final." + buffer.Name)[0];
                Assert.Equal(model.UpdateStatisticsInBothPasses ? counted : counted / 2, buffer.Integer);
                continue;
            }

            double[] expected = run.Doubles("final64." + buffer.Name);
            float[] actual = buffer.Copy();
            for (int i = 0; i < expected.Length; i++)
            {
                Near(expected[i], actual[i], $"{buffer.Name}[{i}]");
            }
        }

        if (run.Has("eval.x"))
        {
            float[] logits = model.Predict(run.Floats("eval.x"));
            double[] expected = run.Doubles("eval.logits64");
            for (int i = 0; i < expected.Length; i++)
            {
                Near(expected[i], logits[i], $"logit {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(RunsInHalves))]
    public void FirstHalfOfTheReferenceRun_MovesTheWeightsAsRecorded(string name)
    {
        GoldenCase run = GoldenCase.Load(name);
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using Model model = TrajectorySetup.Model(run, device);
        using SamOptimizer sam = TrajectorySetup.Optimizer(run.Description, model);
        TrajectoryDriver driver = new(run, model, sam);
        driver.SetRates(0);
        driver.Gradient(0);
        Compare(run, model, "grad0.", gradients: true);
        sam.FirstStep();
        Compare(run, model, "perturbed0.");
        driver.Gradient(0);
        Compare(run, model, "grad_perturbed0.", gradients: true);
        sam.SecondStep();
        Compare(run, model, "after0.");
    }

    private static void Compare(GoldenCase run, Model model, string prefix, bool gradients = false)
    {
        foreach (Parameter parameter in model.Parameters)
        {
            if (gradients && !run.Has(prefix + parameter.Name))
            {
                continue; // frozen
            }

            double[] expected = prefix.EndsWith("64.", StringComparison.Ordinal)
                ? run.Doubles(prefix + parameter.Name)
                : [.. run.Floats(prefix + parameter.Name).Select(static value => (double)value)];
            float[] actual = gradients ? parameter.CopyGradients() : parameter.Copy();
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance,
                    $"{prefix}{parameter.Name}[{i}]: expected {expected[i]:g9}, got {actual[i]:g9}");
            }
        }
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance + (RelativeTolerance * Math.Abs(expected)),
            $"{what}: expected {expected:g9}, got {actual:g9}");
}
