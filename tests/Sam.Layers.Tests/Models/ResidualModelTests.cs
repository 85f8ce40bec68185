using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sam.Native;

namespace Sam.Layers.Tests.Models;

public sealed class ResidualModelTests
{
    [Fact]
    public void ResNet18_HasTorchvisionsTensors()
    {
        using Device device = Device.Cpu();
        using ResNet18 model = new(device, batchSize: 1);
        Assert.Equal(TorchvisionNames([2, 2, 2, 2], ["conv1", "conv2"], projectsFirst: false), Names(model));
        Assert.Equal(11_689_512, Count(model));
        Assert.Equal("64x3x7x7", model.Parameters["conv1.weight"].Shape.ToString());
        Assert.Equal("128x64x1x1", model.Parameters["layer2.0.downsample.0.weight"].Shape.ToString());
        Assert.Equal("1000x512", model.Parameters["fc.weight"].Shape.ToString());
        Assert.Same(model.Parameters["layer1.0.conv1.weight"], model.Layer1_0.Conv1.Weight);
        Assert.Same(model.Parameters["layer2.0.downsample.1.bias"], model.Layer2_0.Downsample_1.Bias);
        Assert.Same(model.GetBuffer("layer4.1.bn2.running_var"), model.Layer4_1.Bn2.RunningVar);
        Assert.Equal(20 * 3, model.Buffers.Length);
        Assert.Equal("bn1.num_batches_tracked", model.Buffers[2].Name);
        Assert.All(model.Bn1.RunningVar.Values.ToArray(), static v => Assert.Equal(1f, v));
        Assert.All(model.Bn1.Weight.Values.ToArray(), static v => Assert.Equal(1f, v));

        // Kaiming normal by the fan-out: variance 2 / (64 * 7 * 7), over 9408 values good to a few percent.
        double variance = model.Conv1.Weight.Values.ToArray().Average(static v => (double)v * v);
        Assert.Equal(2.0 / (64 * 49), variance, 0.1 * 2.0 / (64 * 49));
    }

    [Fact]
    public void ResNet50_HasTorchvisionsTensors()
    {
        using Device device = Device.Cpu();
        using ResNet50 model = new(device, batchSize: 1);
        Assert.Equal(TorchvisionNames([3, 4, 6, 3], ["conv1", "conv2", "conv3"], projectsFirst: true), Names(model));
        Assert.Equal(25_557_032, Count(model));
        Assert.Equal("256x64x1x1", model.Layer1_0.Downsample_0.Weight.Shape.ToString());
        Assert.Equal("2048x512x1x1", model.Layer4_2.Conv3.Weight.Shape.ToString());
    }

    [Fact]
    public void OtherResidualModels_HaveThePublishedNumberOfParameters()
    {
        using Device device = Device.Cpu();
        using (ResNet18Cifar model = new(device, batchSize: 1)) Assert.Equal(11_173_962, Count(model));
        using (WideResNet16_4 model = new(device, batchSize: 1)) Assert.Equal(2_748_890, Count(model));
        using (WideResNet28_10 model = new(device, batchSize: 1))
        {
            Assert.Equal(36_479_194, Count(model));
            Assert.Equal("160x16x1x1", model.Block1_Layer_0.ConvShortcut.Weight.Shape.ToString());
        }
    }

    [Fact]
    public void Summary_ShowsWhatIsComputedTogether()
    {
        using Device device = Device.Cpu();
        using BasicNet model = new(device, batchSize: 2);
        string[] lines = model.Summary().Split('\n');
        Assert.EndsWith("shortcut, relu", lines.Single(static l => l.StartsWith("layer1.0.bn2", StringComparison.Ordinal)));
        Assert.EndsWith("shortcut, relu", lines.Single(static l => l.StartsWith("layer2.0.bn2", StringComparison.Ordinal)));
        Assert.EndsWith("relu", lines.Single(static l => l.StartsWith("layer2.0.bn1", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(static l => l.Contains("AddShortcut", StringComparison.Ordinal) && l.EndsWith("bn2", StringComparison.Ordinal)));
        Assert.Contains(lines, static l => l.StartsWith("buffers", StringComparison.Ordinal));
    }

    [Fact]
    public void ResNet18OfTheSeedExample_HasTheSameBitsForOneTwoAndThreeThreads_AndMovesItsLoss()
    {
        List<string> hashes = [];
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
            using SeedNet model = new(device, batchSize: 1, seed: 1);
            using SamOptimizer sam = new(model, new Sgd(1e-3f), Perturbation.Sam(0.05f));
            Random random = new(1);
            float[] image = [.. Enumerable.Range(0, model.InputShape.Count).Select(_ => random.NextSingle())];
            float Closure()
            {
                model.Forward(image);
                return model.Backward(Loss.Sum);
            }

            StepResult first = sam.Step(Closure);
            StepResult second = sam.Step(Closure);
            Assert.True(first.GradientNorm > 0 && float.IsFinite(second.Loss) && second.Loss < first.Loss, $"{first} {second}");
            Assert.False(second.Skipped);
            hashes.Add(Hash(model));
        }

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void SmallResidualNetwork_HasTheSameBitsForAnyNumberOfThreads()
    {
        List<string> hashes = [];
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
            using SmallResNet model = new(device, batchSize: 9, seed: 1);
            using SamOptimizer sam = new(model, new Sgd(0.05f, momentum: 0.9f), Perturbation.Sam(0.05f));
            for (int step = 0; step < 3; step++) sam.Step(Images(model, 9, step), [0, 1, 2, 3, 4, 0, 1, 2, 3]);
            hashes.Add(Hash(model));
        }

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void StepsOfAResidualNetwork_AllocateNothing()
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 2 });
        using SmallResNet model = new(device, batchSize: 4, seed: 1);
        using SamOptimizer sam = new(model, new Sgd(0.05f, momentum: 0.9f), Perturbation.Sam(0.05f));
        float[] images = Images(model, 4, 1);
        int[] labels = [0, 1, 2, 3];
        for (int step = 0; step < 3; step++) sam.Step(images, labels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 20; step++) sam.Step(images, labels);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static string Hash(Model model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in model.Parameters) hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger) hash.AppendData(BitConverter.GetBytes(buffer.Integer));
            else hash.AppendData(MemoryMarshal.AsBytes(buffer.Values));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static float[] Images(Model model, int batch, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, batch * model.InputShape.Count).Select(_ => random.NextSingle())];
    }

    private static List<string> TorchvisionNames(int[] blocks, string[] convolutions, bool projectsFirst)
    {
        List<string> names = ["conv1.weight", "bn1.weight", "bn1.bias"];
        for (int layer = 1; layer <= 4; layer++)
        {
            for (int block = 0; block < blocks[layer - 1]; block++)
            {
                string prefix = $"layer{layer}.{block}.";
                for (int i = 0; i < convolutions.Length; i++) names.AddRange([$"{prefix}{convolutions[i]}.weight", $"{prefix}bn{i + 1}.weight", $"{prefix}bn{i + 1}.bias"]);
                if (block == 0 && (layer > 1 || projectsFirst)) names.AddRange([$"{prefix}downsample.0.weight", $"{prefix}downsample.1.weight", $"{prefix}downsample.1.bias"]);
            }
        }

        return [.. names, "fc.weight", "fc.bias"];
    }

    private static List<string> Names(Model model)
    {
        List<string> names = [];
        foreach (Parameter parameter in model.Parameters) names.Add(parameter.Name);
        return names;
    }

    private static long Count(Model model)
    {
        long count = 0;
        foreach (Parameter parameter in model.Parameters) count += parameter.Count;
        return count;
    }
}

/// <summary>The network of the example this project started from: ResNet-18 over images of 3x64x64.</summary>
[Model("3x64x64")]
[Use<ResNetStem>("", 64), Use<ResNet18Stages>("", 64), Linear("fc", 1000)]
internal sealed partial class SeedNet;
