using Sam.Native;

namespace Sam.Layers.Tests.Models;

/// <summary>Models' files that tests/golden/format/write.py made by the format's description, without this library.</summary>
public sealed class FormatFixtureTests
{
    private const long Count = 1234567890123;

    [Theory]
    [InlineData("f32", Count)]
    [InlineData("f16", Count)]
    [InlineData("bf16", Count)]
    [InlineData("without_counts", 0)]
    public void ABlockOfTorchvisions_IsLoadedStrictly(string name, long count)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using FixtureNet model = new(device, 1, seed: 1);
        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger) buffer.Integer = 7;
        }

        LoadReport report = model.Load(PathOf(name));
        Assert.Equal(count > 0, report.IsExact);
        Assert.Equal(count > 0 ? 20 : 17, report.LoadedCount);
        Assert.Equal(count > 0 ? 0 : 3, report.ClearedCounts.Length);
        foreach (Parameter parameter in model.Parameters) AssertNumbers(parameter.Name, parameter.Values);
        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger) Assert.Equal(count, buffer.Integer);
            else AssertNumbers(buffer.Name, buffer.Values);
        }
    }

    [Fact]
    public void TheModel_IsSavedWithTheSameBytes()
    {
        string path = Path.Combine(Path.GetTempPath(), $"sam-{Guid.NewGuid():N}.safetensors");
        try
        {
            using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
            using FixtureNet model = new(device, 1, seed: 1);
            model.Load(PathOf("bf16"));
            model.Save(path);
            Assert.Equal(File.ReadAllBytes(PathOf("f32")), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "golden", "format", $"block_{name}.safetensors");

    // As in write.py, exact in every type.
    private static void AssertNumbers(string name, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            float value = ((((i * 37) + (name.Length * 11)) % 101) - 50) / 64f;
            Assert.Equal(name.EndsWith("running_var", StringComparison.Ordinal) ? Math.Abs(value) + 0.5f : value, values[i]);
        }
    }
}

[Model("2x4x4")]
[Use<BasicBlock>("layer1.0", 3), GlobalAvgPool2d, Linear("fc", 2)]
internal sealed partial class FixtureNet;
