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
        ModelKind.Mlp => new Mlp(device, settings.Batch, settings.Seed),
        ModelKind.LeNet => new LeNet(device, settings.Batch, settings.Seed),
        ModelKind.ResNet18 => new ResNet18Cifar(device, settings.Batch, settings.Seed),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Model, "There is no such model."),
    };

    /// <summary>The optimizer of a run.</summary>
    /// <param name="model">What it trains.</param>
    /// <param name="settings">Kind and hyperparameters.</param>
    public static SamOptimizer Optimizer(Model model, RunSettings settings)
    {
        Sgd sgd = new(settings.LearningRate, settings.Momentum, weightDecay: settings.WeightDecay);
        return new SamOptimizer(model, sgd, settings.Optimizer == OptimizerKind.Sam ? Perturbation.Sam(settings.Rho) : Perturbation.None);
    }
}
