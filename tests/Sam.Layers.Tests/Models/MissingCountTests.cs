using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Models;

/// <summary>Files without num_batches_tracked, as torch wrote them before it had that count.</summary>
public sealed class MissingCountTests : IDisposable
{
    private const string Count = "bn1.num_batches_tracked";
    private readonly string _folder = Directory.CreateTempSubdirectory("sam-layers-").FullName;
    private readonly Device _device = Device.Cpu(new DeviceOptions { Threads = 1 });

    public void Dispose()
    {
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BesideItsStatistics_ACountThatIsNotThere_BecomesZero(bool strict)
    {
        using BatchNet saved = Trained(seed: 3), model = Trained(seed: 4);
        string path = Path.Combine(_folder, "old.safetensors");
        saved.Save(path);
        CopyWithout(path, Count);
        LoadReport report = model.Load(path, strict);
        Assert.Equal([Count], report.ClearedCounts);
        Assert.Empty(report.Missing);
        Assert.False(report.IsExact);
        Assert.Equal(8, report.LoadedCount);
        Assert.Contains($"8 tensors loaded; counts not in the file, taken as 0: {Count}", report.ToString(), StringComparison.Ordinal);
        saved.Bn1.NumBatchesTracked.Integer = 0;
        Assert.Equal(HostCopies.Hash(saved), HostCopies.Hash(model));
    }

    [Fact]
    public void WithoutItsStatistics_ACountThatIsNotThere_IsMissing()
    {
        using BatchNet saved = Trained(seed: 3), model = Trained(seed: 4);
        string path = Path.Combine(_folder, "part.safetensors"), before = HostCopies.Hash(model);
        saved.Save(path);
        CopyWithout(path, Count, "bn1.running_var");
        SafeTensorsException exception = Assert.Throws<SafeTensorsException>(() => model.Load(path));
        Assert.Contains($"missing bn1.running_var, {Count}", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, HostCopies.Hash(model));
        LoadReport report = model.Load(path, strict: false);
        Assert.Equal(["bn1.running_var", Count], report.Missing);
        Assert.Empty(report.ClearedCounts);
        Assert.Equal(1, model.Bn1.NumBatchesTracked.Integer);
    }

    [Fact]
    public void ACheckpoint_HasItsCounts()
    {
        using BatchNet model = Trained(seed: 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam());
        string path = Path.Combine(_folder, "step.safetensors");
        sam.Save(path);
        CopyWithout(path, "model." + Count);
        string before = HostCopies.Hash(model);
        Assert.Contains($"model.{Count}", Assert.Throws<SafeTensorsException>(() => sam.Load(path)).Message, StringComparison.Ordinal);
        Assert.Equal(before, HostCopies.Hash(model));
    }

    private BatchNet Trained(ulong seed)
    {
        BatchNet model = new(_device, 2, seed);
        model.Forward(new float[12]);
        return model;
    }

    private static void CopyWithout(string path, params string[] names)
    {
        SafeTensorsWriter writer = new();
        using (SafeTensorsFile file = SafeTensorsFile.Open(path))
        {
            foreach ((string key, string value) in file.Metadata) writer.AddMetadata(key, value);
            foreach (SafeTensor tensor in file.Tensors.Where(t => !names.Contains(t.Name)))
            {
                byte[] bytes = file.Read<byte>(tensor.Name);
                writer.Add(tensor.Name, tensor.Type, tensor.Dimensions.AsSpan(), (offset, part) => bytes.AsSpan((int)offset, part.Length).CopyTo(part));
            }
        }

        writer.Save(path);
    }
}
