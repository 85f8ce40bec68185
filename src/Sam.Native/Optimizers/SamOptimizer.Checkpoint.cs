using System.Collections.Immutable;
using System.Globalization;

namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private const string Format = "samnative-checkpoint";
    private const string FormatVersion = "2";
    private const string ModelPrefix = "model.";
    private const string CountersName = "state.counters";
    private const string NumbersName = "state.numbers";
    private const int CounterCount = 6;
    private const int NumberCount = 3;
    private const int ShownDifferences = 5;

    /// <summary>Writes everything that the next step depends on to a safetensors file: the model's weights and buffers, the base
    /// optimizer's moments, the
    /// gradients and averages that the variant keeps, counters, learning rate, rho, loss scale, and the settings in words.</summary>
    /// <param name="path">Where to; its folder must exist. Written whole or not at all: a process that ends while saving leaves the old
    /// file.</param>
    /// <param name="metadata">Texts of the caller's own to keep with it, such as the number of epochs done; null for none.
    /// <see cref="SafeTensorsFile.Metadata"/> has them back. "format", "version" and "settings" are taken.</param>
    /// <exception cref="ArgumentException">The path is null or empty, or a key of the metadata is taken or not valid Unicode.</exception>
    /// <exception cref="InvalidOperationException">A step is between its halves, or the model holds the average weights.</exception>
    /// <exception cref="IOException">The file cannot be written; what was at the path is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    /// <remarks>Training that goes on from the file gives the same bits as training that was never broken off, given the same batches:
    /// random numbers are a
    /// function of the model's seed and the step's number, both of which the file has. The model's tensors lie under "model.", so that
    /// other programs can take them out.</remarks>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        CheckCleanPhase(nameof(Save));
        SettleAll();
        using DeviceScope scope = Model.Device.Enter();
        StepState state = _record.ReadState();
        SafeTensorsWriter writer = new();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("version", FormatVersion);
        writer.AddMetadata("settings", Settings().ToString());
        foreach ((string key, string value) in metadata ?? ImmutableDictionary<string, string>.Empty)
        {
            writer.AddMetadata(key, value);
        }

        Model.AddTensors(writer, ModelPrefix);
        foreach ((string name, long[] dimensions, DevicePointer<float> values) in StateTensors(state.FriendlyUpdates))
        {
            DevicePointer<byte> start = values.Cast<byte>();
            writer.Add(name, SafeTensorType.Float32, dimensions, (offset, destination) => Model.Device.Download(start + offset, destination));
        }

        long[] counters = [state.Updates, (long)Model.StepNumber, (long)Model.Seed, state.FriendlyUpdates, _averaged,
            _appliedInARow];
        float[] numbers = [BaseOptimizer.LearningRate, _rho, _lossScale];
        writer.Add<long>(CountersName, [CounterCount], counters);
        writer.Add<float>(NumbersName, [NumberCount], numbers);
        writer.Save(path);
    }

    /// <summary>Reads what <see cref="Save"/> wrote into this optimizer and its model, which must have been made alike.</summary>
    /// <param name="path">The file.</param>
    /// <param name="strict">Whether the settings (optimizer, perturbation, options, groups) must be those of the file: an error names the ones that
    /// are not, with both values; else it is enough
    /// that the tensors fit.</param>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="InvalidOperationException">A step is between its halves, or the model holds the average weights.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="SafeTensorsException">The file is not a checkpoint, is of another version, or does not fit this model, its seed or
    /// these settings; the
    /// message says what. Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public void Load(string path, bool strict = true)
    {
        CheckCleanPhase(nameof(Load));
        SettleAll();
        using DeviceScope scope = Model.Device.Enter();
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        CheckFormat(file, strict);
        LoadReport report = Model.CompareTensors(file, ModelPrefix);
        if (!report.IsExact)
        {
            throw new SafeTensorsException(path, $"the checkpoint's model does not fit this {Model.Layout.Name}: {report}.");
        }

        long[] counters = file.Read<long>(CountersName);
        float[] numbers = file.Read<float>(NumbersName);
        if (counters.Length != CounterCount || numbers.Length != NumberCount)
        {
            throw new SafeTensorsException(path,
                $"{CountersName} and {NumbersName} have {CounterCount} and {NumberCount} elements; here they have {counters.Length} and {numbers.Length}.");
        }

        if ((ulong)counters[2] != Model.Seed)
        {
            throw new SafeTensorsException(
                path, string.Create(CultureInfo.InvariantCulture,
                    $"the checkpoint's model had the seed {(ulong)counters[2]}, this one has {Model.Seed}; make the model with that seed."));
        }

        List<(SafeTensor Tensor, DevicePointer<float> Target)> tensors = FindState(file, counters[3]);
        Model.ReadTensors(file, ModelPrefix);
        float[] chunk = new float[1 << 16];
        foreach ((SafeTensor tensor, DevicePointer<float> target) in tensors)
        {
            for (long start = 0; start < tensor.Count; start += chunk.Length)
            {
                Span<float> piece = chunk.AsSpan(0, (int)Math.Min(chunk.Length, tensor.Count - start));
                file.ReadSingles(tensor, start, piece);
                Model.Device.Upload<float>(piece, target + start);
            }
        }

        BaseOptimizer.SubmittedUpdates = counters[0];
        Model.StepNumber = (ulong)counters[1];
        _record.WriteState(_record.ReadState() with { Updates = counters[0], FriendlyUpdates = counters[3] });
        _averaged = counters[4];
        _appliedInARow = (int)counters[5];
        BaseOptimizer.LearningRate = numbers[0];
        _rho = numbers[1];
        _lossScale = numbers[2];
        Model.GradientScale = _lossScale;
        Model.ZeroGradients();
    }

    private static string StateName(string arena, Parameter parameter) => $"{arena}.{parameter.Name}";

    private static long[] Dimensions(Parameter parameter)
    {
        long[] dimensions = new long[parameter.Shape.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = parameter.Shape[i];
        }

        return dimensions;
    }

    private IEnumerable<(string Name, long[] Dimensions, DevicePointer<float> Values)> StateTensors(long friendlyUpdates)
    {
        foreach ((string name, DeviceMemory memory) in StateArenas(friendlyUpdates))
        {
            for (int i = 0; i < Model.Parameters.Count; i++)
            {
                if (_trained[i])
                {
                    Parameter parameter = Model.Parameters[i];
                    yield return (StateName(name, parameter), Dimensions(parameter), memory.Pointer<float>() + parameter.Offset);
                }
            }
        }

        for (int i = 0; _factored is not null && i < Model.Parameters.Count; i++)
        {
            if (_trained[i])
            {
                foreach ((string name, long[] dimensions, DevicePointer<float> values) in _factored.MomentsOf(i))
                {
                    yield return (StateName("optimizer." + name, Model.Parameters[i]), dimensions, values);
                }
            }
        }
    }

    private IEnumerable<(string Name, DeviceMemory Memory)> StateArenas(long friendlyUpdates)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is DeviceMemory slot)
            {
                yield return ("optimizer." + BaseOptimizer.SlotName(i), slot);
            }
        }

        if (_look is not null)
        {
            yield return ("sam.orthogonal_gradient", _look);
        }

        if (((friendlyUpdates & 1) == 0 ? _friendly : _friendlyOdd) is DeviceMemory friendly)
        {
            yield return ("sam.average_gradient", friendly);
        }

        if (_mean is not null)
        {
            yield return ("sam.average_weights", _mean);
        }
    }

    private void CheckFormat(SafeTensorsFile file, bool strict)
    {
        if (!file.Metadata.TryGetValue("format", out string? format) || format != Format)
        {
            throw new SafeTensorsException(file.Path,
                "the file is no checkpoint of a SamOptimizer; a model's own file is read with Model.Load.");
        }

        if (!file.Metadata.TryGetValue("version", out string? version) || version != FormatVersion)
        {
            throw new SafeTensorsException(file.Path, $"the checkpoint has version {version}; this program reads version {FormatVersion}.");
        }

        if (!strict)
        {
            return;
        }

        List<string> differences = Settings().Differences(file.Metadata.GetValueOrDefault("settings", ""));
        if (differences.Count > 0)
        {
            string more = differences.Count > ShownDifferences ? $"; and {differences.Count - ShownDifferences} more" : "";
            throw new SafeTensorsException(file.Path,
                $"the checkpoint was made with other settings: {string.Join("; ", differences.Take(ShownDifferences))}{more}.");
        }
    }

    private List<(SafeTensor Tensor, DevicePointer<float> Target)> FindState(SafeTensorsFile file, long friendlyUpdates)
    {
        List<(SafeTensor, DevicePointer<float>)> found = [];
        foreach ((string wanted, long[] dimensions, DevicePointer<float> values) in StateTensors(friendlyUpdates))
        {
            if (!file.TryGet(wanted, out SafeTensor? tensor) || tensor.Type != SafeTensorType.Float32
                || !tensor.Dimensions.SequenceEqual(dimensions))
            {
                throw new SafeTensorsException(file.Path,
                    $"the checkpoint needs the tensor {wanted} of shape {string.Join("x", dimensions)}; it has {(tensor is null ? "none" : tensor.ToString())}.", wanted);
            }

            found.Add((tensor, values));
        }

        return found;
    }
}
