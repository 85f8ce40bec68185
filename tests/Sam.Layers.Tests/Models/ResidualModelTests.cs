using Sam.Native;
using Sam.Tests;

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
        using (WideResNet16_4 model = new(device, batchSize: 1)) AssertWide(model, 2, 2_748_890);
        using (WideResNet16_8 model = new(device, batchSize: 1)) AssertWide(model, 2, 10_961_370);
        using (WideResNet28_2 model = new(device, batchSize: 1)) AssertWide(model, 4, 1_467_610);
        using (WideResNet40_2 model = new(device, batchSize: 1)) AssertWide(model, 6, 2_243_546);
        using (WideResNet28_10 model = new(device, batchSize: 1))
        {
            AssertWide(model, 4, 36_479_194);
            Assert.Equal("160x16x1x1", model.Block1_Layer_0.ConvShortcut.Weight.Shape.ToString());
        }
    }

    [Fact]
    public void StagesOfReadyModels_TakeOtherImagesAndClasses()
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 2 });
        using SmallWide wide = new(device, batchSize: 2, seed: 1);
        Assert.Equal(WideNames(blocks: 2), Names(wide));
        Assert.Equal("7x128", wide.Fc.Weight.Shape.ToString());
        Assert.Equal(14, wide.Predict(new float[2 * wide.InputShape.Count]).Length);
        using SmallDeep deep = new(device, batchSize: 2, seed: 1);
        Assert.Equal(TorchvisionNames([3, 4, 6, 3], ["conv1", "conv2", "conv3"], projectsFirst: true), Names(deep));
        Assert.Equal("3x128", deep.Fc.Weight.Shape.ToString());
        Assert.Equal(6, deep.Predict(new float[2 * deep.InputShape.Count]).Length);
    }

    [Fact]
    public void Activations_OfAResNet_HoldNoValueThatIsMadeAgain()
    {
        using Device device = Device.Cpu();
        using ResNet18Cifar model = new(device, batchSize: 1);

        // Of one stage, two blocks: of each the output and both convolutions' outputs, and the projection's; the first stage has the stem's
        // output and its normalisation instead. What the first normalisation of a block gives its second convolution is not among them.
        const int Stage1 = 64 * 32 * 32, Stage2 = Stage1 / 2, Stage3 = Stage1 / 4, Stage4 = Stage1 / 8;
        const int Kept = (8 * Stage1) + (7 * Stage2) + (7 * Stage3) + (7 * Stage4);
        Assert.InRange(model.Layout.ActivationCount, Kept, Kept + (Kept / 20));
    }

    [Fact]
    public void Summary_ShowsWhatIsComputedTogether()
    {
        using Device device = Device.Cpu();
        using BasicNet model = new(device, batchSize: 2);
        string[] lines = model.Summary().Split('\n');
        Assert.EndsWith("shortcut, relu", lines.Single(static l => l.StartsWith("layer1.0.bn2", StringComparison.Ordinal)));
        Assert.EndsWith("shortcut, relu", lines.Single(static l => l.StartsWith("layer2.0.bn2", StringComparison.Ordinal)));
        Assert.EndsWith("relu, made again", lines.Single(static l => l.StartsWith("layer2.0.bn1", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(static l => l.Contains("AddShortcut", StringComparison.Ordinal) && l.EndsWith("bn2", StringComparison.Ordinal)));
        Assert.Contains(lines, static l => l.StartsWith("buffers", StringComparison.Ordinal));
        using WideNet wide = new(device, batchSize: 2);
        Assert.Equal(
            2,
            wide.Summary().Split('\n').Count(static l => l.Contains("AddShortcut", StringComparison.Ordinal) && l.EndsWith("a pass of its own, in place", StringComparison.Ordinal)));
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
            hashes.Add(HostCopies.Hash(model));
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
            hashes.Add(HostCopies.Hash(model));
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

    private static void AssertWide(Model model, int blocks, long count)
    {
        Assert.Equal(WideNames(blocks), Names(model));
        Assert.Equal(count, Count(model));
        Assert.Equal(((6 * blocks) + 1) * 3, model.Buffers.Length);
    }

    // xternalz/WideResNet-pytorch's.
    private static List<string> WideNames(int blocks)
    {
        List<string> names = ["conv1.weight"];
        for (int i = 0; i < 3 * blocks; i++)
        {
            string prefix = $"block{(i / blocks) + 1}.layer.{i % blocks}.";
            names.AddRange(new[] { "bn1.weight", "bn1.bias", "conv1.weight", "bn2.weight", "bn2.bias", "conv2.weight" }.Select(n => prefix + n));
            if (i % blocks == 0) names.Add(prefix + "convShortcut.weight");
        }

        return [.. names, "bn1.weight", "bn1.bias", "fc.weight", "fc.bias"];
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

[Model("3x20x24")]
[Conv2d("conv1", 16, 3, Padding = 1, Bias = false), Use<WideResNet16Stages>("", 32), Linear("fc", 7)]
internal sealed partial class SmallWide;

[Model("3x40x33")]
[Use<ResNetStem>("", 8), Use<ResNet50Stages>("", 4), Linear("fc", 3)]
internal sealed partial class SmallDeep;

/// <summary>The network of the example this project started from: ResNet-18 over images of 3x64x64.</summary>
[Model("3x64x64")]
[Use<ResNetStem>("", 64), Use<ResNet18Stages>("", 64), Linear("fc", 1000)]
internal sealed partial class SeedNet;
