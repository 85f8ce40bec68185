using System.Diagnostics.CodeAnalysis;

namespace Sam.Native;

public abstract partial class Model
{
    private const int FileChunkCount = 1 << 16;

    /// <summary>Writes the model's parameters and buffers to a safetensors file, with torch's names, shapes and types, replacing one that
    /// is there.</summary>
    /// <param name="path">Where to; its folder must exist.</param>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="InvalidOperationException">The weights are perturbed: the call comes between the halves of a SAM step.</exception>
    /// <exception cref="IOException">The file cannot be written; what was at the path is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <remarks>The same weights give the same bytes. torch reads the file with safetensors.torch.load_file. Written atomically: see
    /// <see cref="SafeTensorsWriter.Save"/>.</remarks>
    public void Save(string path)
    {
        CheckCleanWeights(nameof(Save));
        SafeTensorsWriter writer = new();
        writer.AddMetadata("format", "pt");
        AddTensors(writer, prefix: string.Empty);
        writer.Save(path);
    }

    /// <summary>Reads the model's parameters and buffers from a safetensors file. float32, float64, bf16 and f16 are read; the model keeps
    /// float32.</summary>
    /// <param name="path">The file, written by <see cref="Save"/> or by torch's safetensors library.</param>
    /// <param name="strict">Whether model and file must have the same tensors (true, the default), or what fits is read and the rest left
    /// alone. A count of batches that the file does not have beside its running statistics becomes 0 either way, as torch takes files
    /// without num_batches_tracked; <see cref="LoadReport.ClearedCounts"/> names it.</param>
    /// <returns>What was missing, unexpected and mis-shaped.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="InvalidOperationException">The weights are perturbed: the call comes between the halves of a SAM step.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="SafeTensorsException">The file is not a safetensors file or, if strict, does not have exactly the model's tensors.
    /// Nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public LoadReport Load(string path, bool strict = true)
    {
        CheckCleanWeights(nameof(Load));
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        LoadReport report = CompareTensors(file, prefix: string.Empty);
        if (strict && report.HasMisfit)
        {
            throw new SafeTensorsException(path, $"the file does not fit this {Layout.Name}: {report}.");
        }

        ReadTensors(file, prefix: string.Empty);
        foreach (string count in report.ClearedCounts)
        {
            GetBuffer(count).Integer = 0;
        }

        return report;
    }

    /// <summary>Adds the model's parameters and buffers to a file under their names behind a prefix.</summary>
    internal void AddTensors(SafeTensorsWriter writer, string prefix)
    {
        foreach (StateTensor tensor in StateTensors())
        {
            writer.Add(prefix + tensor.Name, tensor.Type, Dimensions(tensor.Shape), (offset, destination) =>
                Device.Download(tensor.Pointer.Cast<byte>() + offset, destination));
        }
    }

    /// <summary>Compares the model's tensors with those of a file whose names begin with a prefix, without changing anything.</summary>
    internal LoadReport CompareTensors(SafeTensorsFile file, string prefix)
    {
        List<string> missing = [], cleared = [];
        List<TensorMismatch> mismatched = [];
        HashSet<string> expected = new(StringComparer.Ordinal);
        foreach (StateTensor tensor in StateTensors())
        {
            string name = prefix + tensor.Name;
            expected.Add(name);
            bool canClear = tensor.Type == SafeTensorType.Int64 && HasStatisticsBeside(file, name, mismatched);
            Compare(file, name, tensor.Type, tensor.Shape, canClear ? cleared : missing, mismatched);
        }

        return new LoadReport
        {
            Missing = [.. missing],
            ClearedCounts = [.. cleared],
            Mismatched = [.. mismatched],
            Unexpected = [.. file.Tensors
                .Select(static tensor => tensor.Name)
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !expected.Contains(name))],
            LoadedCount = expected.Count - missing.Count - cleared.Count - mismatched.Count,
        };
    }

    /// <summary>Reads the tensors that a file has, and that fit, into the model.</summary>
    internal void ReadTensors(SafeTensorsFile file, string prefix)
    {
        float[] chunk = new float[FileChunkCount];
        foreach (StateTensor own in StateTensors())
        {
            if (!Fits(file, prefix + own.Name, own.Type, own.Shape, out SafeTensor? tensor))
            {
                continue;
            }

            if (own.Type == SafeTensorType.Int64)
            {
                Device.Upload<long>(file.Read<long>(tensor.Name), own.Pointer.Cast<long>());
                continue;
            }

            for (int start = 0; start < tensor.Count; start += chunk.Length)
            {
                Span<float> piece = chunk.AsSpan(0, (int)Math.Min(chunk.Length, tensor.Count - start));
                file.ReadSingles(tensor, start, piece);
                Device.Upload<float>(piece, own.Pointer + start);
            }
        }
    }

    private IEnumerable<StateTensor> StateTensors() =>
    [
        .. _parameters.Select(static p => new StateTensor(p.Name, p.Shape, SafeTensorType.Float32, p.Pointer)),
        .. _bufferViews.Select(
            static b => new StateTensor(b.Name, b.Shape, b.Info.IsInteger ? SafeTensorType.Int64 : SafeTensorType.Float32, b.Pointer)),
    ];

    private static void Compare(
        SafeTensorsFile file, string name, SafeTensorType type, Shape shape, List<string> missing, List<TensorMismatch> mismatched)
    {
        if (!Fits(file, name, type, shape, out SafeTensor? tensor))
        {
            if (tensor is null)
            {
                missing.Add(name);
            }
            else
            {
                mismatched.Add(new TensorMismatch(name, $"{type.FileName()} {shape}", $"{SafeTensorsException.Shorten(tensor.TypeName)} {tensor.DimensionsText()}"));
            }
        }
    }

    // num_batches_tracked is younger than the statistics in front of it: older files, torchvision's first ones among them, lack it.
    private static bool HasStatisticsBeside(SafeTensorsFile file, string count, List<TensorMismatch> mismatched)
    {
        string layer = count[..(count.LastIndexOf('.') + 1)];
        return new[] { layer + "running_mean", layer + "running_var" }
            .All(name => file.TryGet(name, out _) && !mismatched.Exists(m => m.Name == name));
    }

    private static bool Fits(
        SafeTensorsFile file, string name, SafeTensorType type, Shape shape, [NotNullWhen(true)] out SafeTensor? tensor) =>
        file.TryGet(name, out tensor) && (tensor.Type == type || (type.IsFloat() && tensor.Type.IsFloat())) && tensor.HasShape(shape);

    private static long[] Dimensions(Shape shape)
    {
        long[] dimensions = new long[shape.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = shape[i];
        }

        return dimensions;
    }

    private void CheckCleanWeights(string method)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (InPerturbedPass || HasMovedWeights)
        {
            throw new InvalidOperationException($"{method} was called while the weights are perturbed; finish the step with SecondStep first.");
        }
    }

    /// <summary>A parameter or a buffer, as files see it.</summary>
    private readonly record struct StateTensor(string Name, Shape Shape, SafeTensorType Type, DevicePointer<float> Pointer);
}
