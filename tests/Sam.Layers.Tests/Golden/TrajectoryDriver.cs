using System.Text.Json;
using Sam.Native;

namespace Sam.Layers.Tests.Golden;

/// <summary>Makes the steps of a reference run in the way that it was called.</summary>
internal sealed class TrajectoryDriver(GoldenCase run, Model model, SamOptimizer sam)
{
    private readonly JsonElement _case = run.Description;
    private readonly JsonElement _loss = run.Description.GetProperty("loss");

    // pytorch_optimizer's documented loop leaves the gradients of two passes added up on the steps between.
    private bool DoublesGradient(int step) =>
        TrajectorySetup.Number(_case.GetProperty("sam"), "k") is float k && k > 0 && step % (int)k != 0
        && _case.GetProperty("sam").TryGetProperty("passes", out JsonElement passes) && passes.GetString() == "documented";

    public double GradientFactor(int step) => DoublesGradient(step) ? 2 : 1;

    public void SetRates(int step)
    {
        if (_case.GetProperty("lr_per_step").ValueKind == JsonValueKind.Array)
        {
            sam.BaseOptimizer.LearningRate = _case.GetProperty("lr_per_step")[step].GetSingle();
        }

        if (_case.GetProperty("rho_per_step").ValueKind == JsonValueKind.Array)
        {
            sam.Rho = _case.GetProperty("rho_per_step")[step].GetSingle();
        }
    }

    public StepResult Step(int step)
    {
        string driver = _case.GetProperty("driver").GetString()!;
        if (driver.Contains("closure", StringComparison.Ordinal))
        {
            return sam.Step(() => Gradient(step));
        }

        if (DoublesGradient(step))
        {
            Gradient(step);
            Gradient(step);
            sam.FirstStep();
            return sam.SecondStep();
        }

        if (IsSmoothKl || driver.Contains("first_step", StringComparison.Ordinal))
        {
            Gradient(step);
            sam.FirstStep();
            if (TrajectorySetup.Number(_case.GetProperty("sam"), "k") is 0 or float.NaN
                || step % (int)TrajectorySetup.Number(_case.GetProperty("sam"), "k") == 0)
            {
                Gradient(step);
            }

            return sam.SecondStep();
        }

        return sam.Step(run.Floats($"step{step}.x"), Labelled(run.Ints($"step{step}.y")));
    }

    public float Gradient(int step)
    {
        int[] labels = run.Ints($"step{step}.y");
        model.Forward(run.Floats($"step{step}.x"));
        return model.Backward(IsSmoothKl ? SmoothKl(labels) : Labelled(labels));
    }

    private bool IsSmoothKl => _loss.GetProperty("type").GetString() == "smooth_kl";

    private Loss Labelled(int[] labels) => Loss.CrossEntropy(
        labels,
        TrajectorySetup.Number(_loss, "label_smoothing"),
        _loss.GetProperty("reduction").GetString() == "sum" ? Reduction.Sum : Reduction.Mean);

    // davda54/sam's: mean over the batch of sum q (log q - log p), q = 1 - s for the label and s / (K - 1) for the others.
    private Loss SmoothKl(int[] labels)
    {
        ReadOnlySpan<float> logits = model.Output;
        int classes = logits.Length / labels.Length;
        double smoothing = TrajectorySetup.Number(_loss, "smoothing"), value = 0;
        float[] gradient = new float[logits.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = logits.Slice(i * classes, classes);
            double maximum = double.NegativeInfinity, sum = 0;
            foreach (float logit in row)
            {
                maximum = Math.Max(maximum, logit);
            }

            foreach (float logit in row)
            {
                sum += Math.Exp(logit - maximum);
            }

            for (int k = 0; k < classes; k++)
            {
                double log = row[k] - maximum - Math.Log(sum);
                double q = k == labels[i] ? 1 - smoothing : smoothing / (classes - 1);
                value += q * (Math.Log(q) - log) / labels.Length;
                gradient[(i * classes) + k] = (float)((Math.Exp(log) - q) / labels.Length);
            }
        }

        return Loss.Custom((float)value, gradient);
    }
}
