using System.Text.Json;
using Sam.Native;

namespace Sam.Layers.Tests.Golden;

/// <summary>Training runs of the published implementations, step by step.</summary>
public sealed class SamTrajectoryTests
{
    // The bound of tests/golden/README.md: a single-precision run that sums in another order stays within 4e-6 of the double run.
    private const double Tolerance = 1e-5;

    // Norms are far from 1, so theirs is relative too.
    private const double RelativeTolerance = 1e-5;

    public static TheoryData<string> MlpRuns() =>
        [.. GoldenCase.Names.Where(static name => name.EndsWith("_mlp", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(MlpRuns))]
    public void ReferenceRun_IsReproduced(string name)
    {
        GoldenCase run = GoldenCase.Load(name);
        JsonElement description = run.Description;
        using Device device = Device.Cpu();
        using GoldenMlp model = new(device, batchSize: 16);
        foreach (Parameter parameter in model.Parameters)
        {
            parameter.Write(run.Floats("init." + parameter.Name));
        }

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
                Near(norms.AsSpan(step * pieces, pieces).ToArray().Average(), result.GradientNorm, $"mean norm of the micro-batches of step {step}");
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
    }

    [Theory]
    [MemberData(nameof(MlpRuns))]
    public void FirstHalfOfTheReferenceRun_MovesTheWeightsAsRecorded(string name)
    {
        GoldenCase run = GoldenCase.Load(name);
        Assert.SkipUnless(run.Has("perturbed0.0.weight"), "m-SAM has a perturbation for each micro-batch");
        using Device device = Device.Cpu();
        using GoldenMlp model = new(device, batchSize: 16);
        foreach (Parameter parameter in model.Parameters)
        {
            parameter.Write(run.Floats("init." + parameter.Name));
        }

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
            Span<float> actual = gradients ? parameter.Gradients : parameter.Values;
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance, $"{prefix}{parameter.Name}[{i}]: expected {expected[i]:g9}, got {actual[i]:g9}");
            }
        }
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance + (RelativeTolerance * Math.Abs(expected)), $"{what}: expected {expected:g9}, got {actual:g9}");
}
