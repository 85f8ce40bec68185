using System.Collections.Immutable;

namespace Sam.Native.Tests.Models;

public sealed class ModelFilesTests
{
    [Fact]
    public void SavedAndLoaded_TheWeightsAreTheSameBits_AndTheFileTheSameBytes()
    {
        using TemporaryFolder folder = new();
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using TwoLinear model = new(device, seed: 1);
        using TwoLinear other = new(device, seed: 2);
        model.Save(folder.File("a.safetensors"));
        LoadReport report = other.Load(folder.File("a.safetensors"));
        Assert.True(report.IsExact);
        Assert.Equal(4, report.LoadedCount);
        foreach (Parameter parameter in model.Parameters)
        {
            Assert.Equal(parameter.Values.ToArray(), other.Parameters[parameter.Name].Values.ToArray());
        }

        other.Save(folder.File("b.safetensors"));
        Assert.Equal(File.ReadAllBytes(folder.File("a.safetensors")), File.ReadAllBytes(folder.File("b.safetensors")));
        using SafeTensorsFile file = SafeTensorsFile.Open(folder.File("a.safetensors"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(["fc1.bias", "fc1.weight", "fc2.bias", "fc2.weight"], file.Tensors.Select(static t => t.Name));
        Assert.Equal([5L, 3L], file["fc1.weight"].Dimensions);
    }

    [Fact]
    public void StrictLoading_OfAFileThatDoesNotFit_ReportsAll_AndChangesNothing()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("other.safetensors");
        WriteMisfit(path);
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using TwoLinear model = new(device, seed: 1);
        float[] before = model.Parameters["fc1.weight"].Values.ToArray();
        SafeTensorsException exception = Assert.Throws<SafeTensorsException>(() => model.Load(path));
        Assert.Contains("missing fc2.weight", exception.Message, StringComparison.Ordinal);
        Assert.Contains("unexpected head.bias", exception.Message, StringComparison.Ordinal);
        Assert.Contains("fc1.bias (F32 5 expected, F32 6 found)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("fc2.bias (F32 2 expected, I64 2 found)", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Parameters["fc1.weight"].Values.ToArray());
    }

    [Fact]
    public void LenientLoading_TakesWhatFits_AndLeavesTheRest()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("other.safetensors");
        WriteMisfit(path);
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using TwoLinear model = new(device, seed: 1);
        float[] bias = model.Parameters["fc1.bias"].Values.ToArray();
        LoadReport report = model.Load(path, strict: false);
        Assert.Equal(["fc2.weight"], report.Missing);
        Assert.Equal(["head.bias"], report.Unexpected);
        Assert.Equal(["fc1.bias", "fc2.bias"], report.Mismatched.Select(static m => m.Name));
        Assert.Equal(1, report.LoadedCount);
        Assert.Equal(Enumerable.Range(0, 15).Select(static i => (float)i), model.Parameters["fc1.weight"].Values.ToArray());
        Assert.Equal(bias, model.Parameters["fc1.bias"].Values.ToArray());
    }

    [Fact]
    public void TensorsOfTypesThatAreNotKnown_AreNamed_AndTheRestIsRead()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("young.safetensors");
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using TwoLinear model = new(device, seed: 1), saved = new(device, seed: 2);
        saved.Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        Span<byte> type = bytes.AsSpan(bytes.AsSpan().IndexOf("\"fc1.bias\":{\"dtype\":\"F32\""u8));
        type[type.IndexOf("F32"u8) + 1] = (byte)'X';
        File.WriteAllBytes(path, bytes);
        Assert.Contains("mis-shaped fc1.bias (F32 5 expected, FX2 5 found)", Assert.Throws<SafeTensorsException>(() => model.Load(path)).Message, StringComparison.Ordinal);
        float[] bias = model.Parameters["fc1.bias"].Values.ToArray();
        Assert.Equal(3, model.Load(path, strict: false).LoadedCount);
        Assert.Equal(bias, model.Parameters["fc1.bias"].Values.ToArray());
        Assert.Equal(saved.Parameters["fc2.weight"].Values.ToArray(), model.Parameters["fc2.weight"].Values.ToArray());
    }

    [Fact]
    public void BetweenTheHalvesOfAStep_FilesAreRefused()
    {
        using TemporaryFolder folder = new();
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using TwoLinear model = new(device, seed: 1);
        model.Save(folder.File("a.safetensors"));
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam());
        model.Forward([1, 2, 3]);
        model.Backward(Loss.Sum);
        sam.FirstStep();
        Assert.Throws<InvalidOperationException>(() => model.Save(folder.File("b.safetensors")));
        Assert.Throws<InvalidOperationException>(() => model.Load(folder.File("a.safetensors")));
    }

    private static void WriteMisfit(string path)
    {
        SafeTensorsWriter writer = new();
        writer.Add<Half>("fc1.weight", [5, 3], [.. Enumerable.Range(0, 15).Select(static i => (Half)i)]);
        writer.Add<float>("fc1.bias", [6], new float[6]);
        writer.Add<long>("fc2.bias", [2], new long[2]);
        writer.Add<float>("head.bias", [1], new float[1]);
        writer.Save(path);
    }

    /// <summary>Linear 3-5, ReLU, Linear 5-2, written by hand as the generator would.</summary>
    private sealed class TwoLinear(Device device, ulong seed) : Model(device, 4, seed, s_layout)
    {
        private static readonly ModelLayout s_layout = new()
        {
            Name = nameof(TwoLinear),
            InputShape = new Shape(3),
            OutputShape = new Shape(2),
            Parameters =
            [
                new ParameterInfo("fc1.weight", new Shape(5, 3), 0, ParameterRole.Weight, Initializer.KaimingUniform(3)),
                new ParameterInfo("fc1.bias", new Shape(5), 16, ParameterRole.Bias, Initializer.KaimingUniform(3)),
                new ParameterInfo("fc2.weight", new Shape(2, 5), 32, ParameterRole.Weight, Initializer.KaimingUniform(5)),
                new ParameterInfo("fc2.bias", new Shape(2), 48, ParameterRole.Bias, Initializer.KaimingUniform(5)),
            ],
            Layers = ImmutableArray<LayerInfo>.Empty,
            ArenaCount = 64,
            ActivationCount = 96,
            InputOffset = 0,
            OutputOffset = 32,
            OutputGradientOffset = 48,
        };

        protected override void ForwardCore(in PassContext p)
        {
            p.Kernels.LinearForward(p.Batch, 3, 5, p.At(0), p.Weights, p.Weights + 16, p.At(16), Activation.Relu);
            p.Kernels.LinearForward(p.Batch, 5, 2, p.At(16), p.Weights + 32, p.Weights + 48, p.At(32), Activation.None);
        }

        protected override void BackwardCore(in PassContext p)
        {
            p.Kernels.LinearBackwardWeight(p.Batch, 5, 2, p.At(16), p.At(48), p.Gradients + 32, p.Gradients + 48, p.Accumulate);
            p.Kernels.LinearBackwardInput(p.Batch, 5, 2, p.At(48), p.Weights + 32, p.At(64), p.At(16));
            p.Kernels.LinearBackwardWeight(p.Batch, 3, 5, p.At(0), p.At(64), p.Gradients, p.Gradients + 16, p.Accumulate);
        }
    }
}
