using System.Globalization;
using System.Text.Json;
using Sam.Cli.Commands;
using Sam.Cli.Config;
using Sam.Cli.Training;
using Sam.Native;

namespace Sam.Cli.Checkpoints;

/// <summary>The file that a training run can be taken up from.</summary>
/// <param name="options">What the run was asked for.</param>
/// <param name="trainSize">Training images.</param>
internal sealed class Checkpoint(TrainOptions options, int trainSize)
{
    private readonly string _path = options.Checkpoint ?? throw new CommandException(
        "--resume needs --checkpoint, the file to go on from.");

    /// <summary>Makes sure, before any step, that the file can be written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CommandException">Its folder is not there, or it is a folder itself.</exception>
    public static void Check(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw new CommandException($"--checkpoint: {(Directory.Exists(path) ? $"'{path}' is a folder" : $"there is no folder '{folder}'")}.");
        }
    }

    /// <summary>Begins: goes on from the file with --resume, else writes the first one unless there is one, which stays until the first
    /// epoch is done.</summary>
    /// <param name="run">The run, with its data.</param>
    /// <exception cref="CommandException">The file is not there, is broken, or is of a run with other settings.</exception>
    public void Begin(TrainingRun run)
    {
        if (options.Resume)
        {
            Resume(run);
        }
        else if (!File.Exists(_path))
        {
            Save(run);
        }
    }

    /// <summary>Writes the run's state after an epoch, whole or not at all.</summary>
    /// <param name="run">The run.</param>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public void Save(TrainingRun run)
    {
        EpochResult[] done = [.. Enumerable.Range(0, run.Progress.EpochCount).Select(i => run.Progress[i])];
        CheckpointNote note = new(Settings(), options.Settings.Epochs, done);
        try
        {
            run.Save(_path, JsonSerializer.Serialize(note, ConfigJson.Default.CheckpointNote));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--checkpoint: cannot write '{_path}': {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string Text(double value) => ((float)value).ToString(CultureInfo.InvariantCulture);

    private static string Optional(float? value) => value is float number ? Text(number) : "none";

    private static string Optional(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string Name<T>(T value)
        where T : struct => value.ToString()!.ToLowerInvariant();

    private void Resume(TrainingRun run)
    {
        try
        {
            CheckpointNote note = TrainingRun.ReadNote(_path) is string text
                ? JsonSerializer.Deserialize(text, ConfigJson.Default.CheckpointNote)!
                : throw new CommandException($"--resume: '{_path}' is no checkpoint of 'sam train'.");
            CheckSettings(note, run);
            run.Load(_path, note.Done);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SafeTensorsException or JsonException)
        {
            throw new CommandException($"--resume: cannot go on from '{_path}': {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private void CheckSettings(CheckpointNote note, TrainingRun run)
    {
        foreach ((string name, string here) in Settings())
        {
            if (!note.Settings.TryGetValue(name, out string? there) || there != here)
            {
                throw new CommandException($"--resume: '{_path}' is of a run with {name} {there ?? "unknown"}; here it is {here}.");
            }
        }

        int epochs = options.Settings.Epochs;
        if (note.Done.Length > epochs)
        {
            throw new CommandException($"--resume: '{_path}' has {note.Done.Length} epochs behind it, more than --epochs {epochs}.");
        }

        if (note.TotalEpochs == epochs)
        {
            return;
        }

        // A longer or shorter run is the same run only as long as its learning rates and radii are.
        LearningRateSchedule saved = run.ScheduleOf(note.TotalEpochs);
        (Schedule? savedRho, Schedule? rho) = (run.RhoOf(note.TotalEpochs), run.RhoOf(epochs));
        int done = note.Done.Sum(static epoch => epoch.Steps);
        for (int step = 0; step < done; step++)
        {
            if (saved.At(step) != run.LearningRate(step))
            {
                throw new CommandException(
                    $"--resume: '{_path}' is of a run of --epochs {note.TotalEpochs}; with {epochs} its learning rates would have been others. "
                    + "--schedule constant --warmup 0 leaves the number open.");
            }

            if (savedRho?.At(step) != rho?.At(step))
            {
                throw new CommandException(
                    $"--resume: '{_path}' is of a run of --epochs {note.TotalEpochs}; with {epochs} its radii would have been others. "
                    + "--rho-schedule proportional leaves the number open.");
            }
        }
    }

    private Dictionary<string, string> Settings()
    {
        RunSettings run = options.Settings;
        SamSettings sam = run.Sam;
        return new Dictionary<string, string>
        {
            ["--model"] = Name(run.Model),
            ["--sam"] = Name(sam.Kind),
            ["--rho"] = Text(sam.Rho),
            ["--rho-end"] = sam.RhoEnd is float end ? Text(end) : "none",
            ["--rho-schedule"] = sam.RhoEnd is null ? "none" : Name(sam.RhoSchedule),
            ["--p"] = Text(sam.P),
            ["--m"] = Optional(sam.MicroBatch),
            ["--interval"] = Text(sam.Interval),
            ["--inner-steps"] = Text(sam.InnerSteps),
            ["--alpha"] = Text(sam.Alpha),
            ["--gamma"] = Text(sam.Gamma),
            ["--rho-warmup"] = Text(sam.RhoWarmup),
            ["--scaling"] = Name(sam.Scaling),
            ["--scale-all"] = Name(sam.ScalesAll),
            ["--eta"] = Text(sam.Eta),
            ["--clean-loss"] = Name(sam.CleanLoss),
            ["--coupled"] = Name(sam.Coupled),
            ["--by-tensor"] = Name(sam.ByTensor),
            ["--average"] = Name(sam.Average),
            ["--sigma"] = Text(sam.Sigma),
            ["--lambda"] = Text(sam.Lambda),
            ["--weight-fraction"] = Text(sam.WeightFraction),
            ["--subset-norm"] = Name(sam.SubsetNorm),
            ["--data-fraction"] = Text(sam.DataFraction),
            ["--base"] = Name(run.Base.Kind),
            ["--lr"] = Text(run.Base.LearningRate),
            ["--momentum"] = Text(run.Base.Momentum),
            ["--betas"] = $"{Text(run.Base.Beta1)},{Text(run.Base.Beta2)}",
            ["--weight-decay"] = Text(run.Base.WeightDecay),
            ["--nesterov"] = Name(run.Base.Nesterov),
            ["--dampening"] = Text(run.Base.Dampening),
            ["--amsgrad"] = Name(run.Base.Amsgrad),
            ["--epsilon"] = Text(run.Base.Epsilon),
            ["--square-decay"] = Text(run.Base.SquareDecay),
            ["--centered"] = Name(run.Base.Centered),
            ["--trust"] = Text(run.Base.Trust),
            ["--decoupled"] = Name(run.Base.Decoupled),
            ["--clip-norm"] = Optional(run.Steps.ClipNorm),
            ["--clip-value"] = Optional(run.Steps.ClipValue),
            ["--clip"] = Name(run.Steps.Clipped),
            ["--loss-decay"] = Text(run.Steps.LossDecay),
            ["--micro-batch"] = Optional(run.Steps.MicroBatch),
            ["--ema"] = Optional(run.Steps.Ema),
            ["--swa"] = Optional(run.Steps.Swa),
            ["--swa-every"] = Text(run.Steps.SwaEvery),
            ["--loss-scale"] = Optional(run.Steps.LossScale),
            ["--loss-scale-steps"] = Text(run.Steps.LossScaleSteps),
            ["--group"] = run.Steps.Groups.Count == 0 ? "none" : string.Join(" ", run.Steps.Groups.Select(static group => group.Text)),
            ["--no-decay"] = Name(run.Steps.NoDecay),
            ["--schedule"] = Name(run.Schedule.Kind),
            ["--warmup"] = run.Schedule.Warmup.ToString(CultureInfo.InvariantCulture),
            ["--lr-end"] = Text(run.Schedule.End),
            ["--lr-factor"] = Text(run.Schedule.Factor),
            ["--lr-epochs"] = run.Schedule.Kind is ScheduleKind.Restarts or ScheduleKind.Step or ScheduleKind.MultiStep
                ? string.Join(',', run.Schedule.Epochs)
                : "none",
            ["--batch"] = run.Batch.ToString(CultureInfo.InvariantCulture),
            ["--seed"] = run.Seed.ToString(CultureInfo.InvariantCulture),
            ["--label-noise"] = options.LabelNoise.ToString(CultureInfo.InvariantCulture),
            ["--train-size"] = trainSize.ToString(CultureInfo.InvariantCulture),
        };
    }
}
