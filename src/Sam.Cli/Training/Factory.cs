using System.Globalization;
using Sam.Layers;
using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>Makes what the options name.</summary>
internal static class Factory
{
    /// <summary>Number of threads a run takes.</summary>
    /// <param name="option">Value of --threads, or null for SAM_THREADS or else one for each core.</param>
    /// <returns>At least 1.</returns>
    /// <exception cref="CommandException">SAM_THREADS is not a number in range.</exception>
    public static int Threads(int? option)
    {
        if (option is int threads)
        {
            return threads;
        }

        string? text = Environment.GetEnvironmentVariable(DeviceOptions.ThreadsVariable);
        if (string.IsNullOrEmpty(text))
        {
            return Math.Clamp(Environment.ProcessorCount, 1, DeviceOptions.MaximumThreads);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads is >= 1 and <= DeviceOptions.MaximumThreads
            ? threads
            : throw new CommandException(
                $"the environment variable {DeviceOptions.ThreadsVariable} takes a whole number from 1 to {DeviceOptions.MaximumThreads}, not '{text}'.");
    }

    /// <summary>The model of a run.</summary>
    /// <param name="device">Where it lives.</param>
    /// <param name="settings">Kind, batch and seed.</param>
    public static Model Model(Device device, RunSettings settings) => settings.Model switch
    {
        ModelKind.Mlp => new Mlp(device, settings.ModelBatch, settings.Seed),
        ModelKind.LeNet => new LeNet(device, settings.ModelBatch, settings.Seed),
        ModelKind.ResNet18 => new ResNet18Cifar(device, settings.ModelBatch, settings.Seed),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Model, "There is no such model."),
    };

    /// <summary>The optimizer of a run.</summary>
    /// <param name="model">What it trains.</param>
    /// <param name="settings">Kinds and hyperparameters.</param>
    /// <exception cref="CommandException">Settings do not fit each other.</exception>
    public static SamOptimizer Optimizer(Model model, RunSettings settings)
    {
        SamSettings sam = settings.Sam;
        if (sam.Kind == SamKind.SamOn && settings.Model != ModelKind.ResNet18)
        {
            throw new CommandException(
                $"--sam samon moves normalization layers only; {settings.Model.ToString().ToLowerInvariant()} has none, --model resnet18 has.");
        }

        StepSettings steps = settings.Steps;
        CheckGroups(model, steps.Groups);
        try
        {
            SamOptions options = new()
            {
                Combination = Combination(sam),
                Interval = sam.Kind == SamKind.LookSam ? 1 : sam.Interval,
                MicroBatch = sam.MicroBatch ?? steps.MicroBatch ?? 0,
                PerturbsEachMicroBatch = sam.MicroBatch is not null,
                Rho = RhoSchedule(sam, settings.Base.LearningRate),
                Groups = [.. steps.Groups.Select(static group => group.Make()), .. steps.NoDecay ? [ParameterGroup.NoDecay()] : (ParameterGroup[])[]],
                Clipping = steps.ClipNorm is float norm ? GradientClipping.ByNorm(norm, steps.Clipped)
                    : steps.ClipValue is float value ? GradientClipping.ByValue(value, steps.Clipped)
                    : null,
                Averaging = steps.Ema is float decay ? WeightAveraging.Exponential(decay)
                    : steps.Swa is int first ? WeightAveraging.Stochastic(first, steps.SwaEvery)
                    : null,
                LossScaling = steps.LossScale is float scale
                    ? new LossScaling { InitialScale = scale, GrowthInterval = steps.LossScaleSteps }
                    : null,
                LossDecay = steps.LossDecay,
            };
            return new SamOptimizer(model, Base(settings.Base), Perturbation(sam), options);
        }
        catch (ArgumentException e)
        {
            // What is out of range by itself was found while the options were read; this is about two that do not go together.
            string message = e.Message.ReplaceLineEndings(" ");
            int name = message.LastIndexOf(" (Parameter ", StringComparison.Ordinal);
            throw new CommandException((name < 0 ? message : message[..name]).TrimEnd('.'));
        }
    }

    // A pattern that fits nothing, or nothing that an earlier one does not have, is a mistake.
    private static void CheckGroups(Model model, IReadOnlyList<GroupSettings> settings)
    {
        ParameterGroup[] groups = [.. settings.Select(static group => group.Make())];
        bool[] used = new bool[groups.Length];
        foreach (Parameter parameter in model.Parameters)
        {
            int index = Array.FindIndex(groups, group => group.Selects(parameter));
            if (index >= 0)
            {
                used[index] = true;
            }
        }

        int unused = Array.IndexOf(used, false);
        if (unused >= 0)
        {
            List<string> names = [];
            foreach (Parameter parameter in model.Parameters)
            {
                names.Add(parameter.Name);
            }

            throw new CommandException(
                $"--group '{settings[unused].Text}' has no parameter{(unused > 0 ? " that a group before it has not" : "")}; there are {string.Join(", ", names)}.");
        }
    }

    private static BaseOptimizer Base(BaseSettings s) => s.Kind switch
    {
        BaseKind.Sgd => new Sgd(s.LearningRate, s.Momentum, s.Dampening, s.WeightDecay, s.Nesterov, s.Decoupled),
        BaseKind.Adam => new Adam(s.LearningRate, s.Beta1, s.Beta2, s.Epsilon, s.Amsgrad, s.WeightDecay),
        BaseKind.AdamW => new AdamW(s.LearningRate, s.Beta1, s.Beta2, s.Epsilon, s.Amsgrad, s.WeightDecay),
        BaseKind.NAdam => new NAdam(s.LearningRate, s.Beta1, s.Beta2, s.Epsilon, weightDecay: s.WeightDecay, decoupled: s.Decoupled),
        BaseKind.RAdam => new RAdam(s.LearningRate, s.Beta1, s.Beta2, s.Epsilon, s.WeightDecay, s.Decoupled),
        BaseKind.Adamax => new Adamax(s.LearningRate, s.Beta1, s.Beta2, s.Epsilon, s.WeightDecay, s.Decoupled),
        BaseKind.Rmsprop => new Rmsprop(s.LearningRate, s.SquareDecay, s.Epsilon, s.Momentum, s.Centered, s.WeightDecay, s.Decoupled),
        BaseKind.Adagrad => new Adagrad(s.LearningRate, epsilon: s.Epsilon, weightDecay: s.WeightDecay, decoupled: s.Decoupled),
        BaseKind.Adadelta => new Adadelta(s.LearningRate, s.SquareDecay, s.Epsilon, s.WeightDecay, s.Decoupled),
        BaseKind.Lion => new Lion(s.LearningRate, s.Beta1, s.Beta2, s.WeightDecay),
        BaseKind.Lamb => new Lamb(s.LearningRate, s.Beta1, s.Beta2, s.Epsilon, weightDecay: s.WeightDecay),
        BaseKind.Lars => new Lars(s.LearningRate, s.Momentum, s.Trust, s.Epsilon, s.WeightDecay),
        BaseKind.Adafactor => new Adafactor(s.LearningRate, epsilon: s.Epsilon, weightDecay: s.WeightDecay),
        _ => throw new InvalidOperationException($"There is no base optimizer {s.Kind}."),
    };

    /// <summary>The radius over a run, where it moves by the steps of the run.</summary>
    /// <param name="s">The settings.</param>
    /// <param name="steps">Steps of the run, at least 1.</param>
    /// <returns>The schedule; null where the optimizer has it already.</returns>
    public static Schedule? RhoOverRun(SamSettings s, int steps)
    {
        if (!s.RhoGoesByRun || s.Kind == SamKind.None)
        {
            return null;
        }

        float end = s.RhoEnd!.Value;
        long left = Math.Max(1, steps - (s.RhoWarmup > 1 ? s.RhoWarmup : 0));
        return WithWarmup(
            s,
            s.RhoSchedule switch
            {
                RhoScheduleKind.Linear => Schedule.Linear(s.Rho, end, left),
                RhoScheduleKind.Cosine => Schedule.Cosine(s.Rho, end, left),
                _ => Schedule.Polynomial(s.Rho, end, left),
            });
    }

    private static Schedule? RhoSchedule(SamSettings s, float learningRate) =>
        s.RhoGoesByRun ? null
        : s.RhoEnd is float end ? WithWarmup(s, Schedule.ProportionalToLearningRate(end, s.Rho, 0, learningRate))
        : s.RhoWarmup > 1 ? WithWarmup(s, Schedule.Constant(s.Rho))
        : null;

    private static Schedule WithWarmup(SamSettings s, Schedule rho) => s.RhoWarmup > 1 ? rho.WithWarmup(s.RhoWarmup) : rho;

    private static Perturbation Perturbation(SamSettings s) => s.Kind == SamKind.None ? Native.Perturbation.None : Unscaled(s) with
    {
        Scaling = s.Scaling,
        Eta = s.Scaling is PerturbationScaling.Elementwise or PerturbationScaling.Proportional ? s.Eta : 0,
        ScalesWeightsOnly = s.Scaling == PerturbationScaling.Elementwise && !s.ScalesAll,
    };

    private static Perturbation Unscaled(SamSettings s) => s.Kind switch
    {
        SamKind.Asam or SamKind.Sam or SamKind.Gsam or SamKind.Wsam or SamKind.LookSam =>
            Native.Perturbation.Sam(s.Rho, s.P) with { InnerSteps = s.InnerSteps },
        SamKind.Fsam => Native.Perturbation.Friendly(s.Rho, s.Sigma, s.Lambda, s.Average) with { P = s.P },
        SamKind.Msam => Native.Perturbation.Msam(s.Rho) with { P = s.P },
        SamKind.Esam => Native.Perturbation.Esam(s.Rho, s.WeightFraction, s.DataFraction) with { P = s.P, SubsetNorm = s.SubsetNorm },
        SamKind.Usam => Native.Perturbation.Usam(s.Rho) with { InnerSteps = s.InnerSteps },
        SamKind.SamOn => Native.Perturbation.SamOn(s.Rho) with { P = s.P, InnerSteps = s.InnerSteps },
        SamKind.Random => Native.Perturbation.Random(s.Rho) with { P = s.P },
        _ => throw new InvalidOperationException($"There is no perturbation {s.Kind}."),
    };

    private static Combination Combination(SamSettings s) => s.Kind switch
    {
        SamKind.Gsam => Native.Combination.Gsam(s.Alpha, !s.CleanLoss),
        SamKind.Wsam => Native.Combination.Wsam(s.Gamma, !s.Coupled),
        SamKind.LookSam => Native.Combination.LookSam(s.Interval, s.Alpha, s.ByTensor),
        _ => Native.Combination.Plain,
    };
}
