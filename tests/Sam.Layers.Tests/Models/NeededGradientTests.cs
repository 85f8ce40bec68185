using Sam.Native;

namespace Sam.Layers.Tests.Models;

/// <summary>Gradients that nobody reads are not computed, and those that somebody reads are the same bits.</summary>
public sealed class NeededGradientTests
{
    private const int Batch = 3;
    private const float Sentinel = 12345;

    private static readonly Dictionary<string, Func<Device, Model>> s_models = new()
    {
        ["conv"] = static device => new ConvNet(device, Batch, 5),
        ["pool"] = static device => new PoolNet(device, Batch, 5),
        ["activation"] = static device => new ActivationNet(device, Batch, 5),
        ["average"] = static device => new AverageNet(device, Batch, 5),
        ["dropout"] = static device => new DropoutNet(device, Batch, 5),
        ["custom"] = static device => new CustomNet(device, Batch, 5),
        ["basic"] = static device => new BasicNet(device, Batch, 5),
        ["bottleneck"] = static device => new BottleneckNet(device, Batch, 5),
        ["wide"] = static device => new WideNet(device, Batch, 5),
        ["feature"] = static device => new FeatureNet(device, Batch, 5),
        ["group"] = static device => new GroupNet(device, Batch, 5),
        ["tangled"] = static device => new TangledNet(device, Batch, 5),
        ["resnet"] = static device => new SmallResNet(device, Batch, 5),
    };

    public static TheoryData<string> Models() => [.. s_models.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void AnySubset_GetsTheBitsOfTheWholePassAndLeavesTheOthersAlone(string name)
    {
        using Device device = Device.Cpu();
        using Model model = s_models[name](device);
        float[] input = Noise(Batch * model.InputShape.Count, 1);
        float[] outputGradient = Noise(Batch * model.OutputShape.Count, 2);
        int count = model.Parameters.Count;
        float[][] whole = Gradients(model, input, outputGradient);
        Random random = new(3);
        for (int trial = 0; trial < count + 24; trial++)
        {
            // Each parameter alone, then random subsets from few to many.
            bool[] needed = [.. Enumerable.Range(0, count).Select(i => trial < count ? i == trial : random.NextDouble() < (trial - count) / 24.0)];
            model.Needs.Set(needed);
            float[][] part = Gradients(model, input, outputGradient);
            for (int i = 0; i < count; i++)
            {
                // Layers of one's own write all of theirs.
                if (needed[i] || (name != "custom" && !needed[i]))
                {
                    float[] expected = needed[i] ? whole[i] : [.. whole[i].Select(static _ => Sentinel)];
                    Assert.True(
                        expected.AsSpan().SequenceEqual(part[i]),
                        $"{model.Parameters[i].Name}, needed {needed[i]}, of {string.Join("", needed.Select(static n => n ? 1 : 0))}");
                }
            }
        }
    }

    [Fact]
    public void ALayerBehindFrozenOnes_IsNotAskedForItsInputGradient_AndOneAmongThemNotAtAll()
    {
        using Device device = Device.Cpu();
        using FrozenFrontNet model = new(device, batchSize: 1);
        SamOptions options = new() { Groups = [ParameterGroup.Named("fc1.*") with { IsFrozen = true }] };
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(), options);
        CountingLayer.Calls.Clear();
        sam.Step([1, 2, 3, 4], Loss.Sum);
        Assert.Equal(["behind, input gradient False", "behind, input gradient False"], CountingLayer.Calls);
        sam.Dispose();
        CountingLayer.Calls.Clear();
        model.Forward([1, 2, 3, 4]);
        model.Backward(Loss.Sum);
        Assert.Equal(["behind, input gradient True", "front, input gradient True"], CountingLayer.Calls);
    }

    [Fact]
    public void AFrozenTensor_KeepsAGradientOfZero_AndTheOthersTrainAsWithAllGradients()
    {
        using Device device = Device.Cpu();
        using ConvNet model = new(device, Batch, 5);
        using ConvNet other = new(device, Batch, 5);
        float[] input = Noise(Batch * model.InputShape.Count, 1);
        SamOptions options = new() { Groups = [ParameterGroup.Named("conv*.weight") with { IsFrozen = true }] };
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(), options);
        using SamOptimizer all = new(other, new Sgd(0.1f, 0.9f), Perturbation.Sam(), options);
        other.Needs.Reset();
        for (int step = 0; step < 3; step++)
        {
            sam.Step(input, [0, 1, 2]);

            // By the halves the program runs the passes; asked for everything, they compute everything.
            bool[] everything = [.. Enumerable.Repeat(true, other.Parameters.Count)];
            other.Needs.Set(everything);
            other.Forward(input);
            other.Backward(Loss.CrossEntropy([0, 1, 2]));
            all.FirstStep();
            other.Needs.Set(everything);
            other.Forward(input);
            other.Backward(Loss.CrossEntropy([0, 1, 2]));
            all.SecondStep();
        }

        Assert.All(model.Conv1.Weight.Gradients.ToArray(), static g => Assert.Equal(0, g));
        Assert.Contains(other.Conv1.Weight.Gradients.ToArray(), static g => g != 0);
        for (int i = 0; i < model.Parameters.Count; i++)
        {
            Assert.True(other.Parameters[i].Values.SequenceEqual(model.Parameters[i].Values), model.Parameters[i].Name);
        }
    }

    [Fact]
    public void EfficientSam_ComputesTheChosenGradientsOnly_AndComesToTheWeightsOfAllGradients()
    {
        using Device device = Device.Cpu();
        using BasicNet model = new(device, Batch, 5);
        using BasicNet other = new(device, Batch, 5);
        float[] input = Noise(Batch * model.InputShape.Count, 1);
        Perturbation esam = Perturbation.Esam(0.1f, 0.5f, dataFraction: 1);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), esam);
        using SamOptimizer halves = new(other, new Sgd(0.1f, 0.9f), esam);
        int left = 0;
        for (int step = 0; step < 4; step++)
        {
            bool[]? asked = null;
            int calls = 0;
            sam.Step(() =>
            {
                asked ??= [.. Enumerable.Range(0, model.Parameters.Count).Select(i => model.Needs[i])];
                Assert.True(++calls == 1 || Enumerable.Range(0, model.Parameters.Count).All(i => model.Needs[i]));
                model.Forward(input);
                return model.Backward(Loss.Sum);
            });
            left += asked!.Count(static needed => !needed);
            other.Forward(input);
            other.Backward(Loss.Sum);
            halves.FirstStep();
            other.Forward(input);
            other.Backward(Loss.Sum);
            halves.SecondStep();
        }

        Assert.InRange(left, model.Parameters.Count, 3 * model.Parameters.Count);
        for (int i = 0; i < model.Parameters.Count; i++)
        {
            Assert.True(other.Parameters[i].Values.SequenceEqual(model.Parameters[i].Values), model.Parameters[i].Name);
        }
    }

    [Fact]
    public void TwoOptimizersOfOneModel_HaveTheGradientsOfBothComputedBetweenTheirSteps()
    {
        using Device device = Device.Cpu();
        using ConvNet model = new(device, Batch, 5);
        ParameterGroup front = ParameterGroup.Named("conv*"), back = ParameterGroup.Named("fc*");
        SamOptimizer first = new(model, new Sgd(0.1f), Perturbation.None, new SamOptions { Groups = [front with { IsFrozen = true }] });
        using SamOptimizer second = new(model, new Sgd(0.1f), Perturbation.None, new SamOptions { Groups = [back with { IsFrozen = true }] });
        Assert.All(Enumerable.Range(0, model.Parameters.Count), i => Assert.True(model.Needs[i]));
        first.Dispose();
        Assert.All(Enumerable.Range(0, model.Parameters.Count), i => Assert.Equal(model.Parameters[i].Name.StartsWith("conv", StringComparison.Ordinal), model.Needs[i]));
    }

    private static float[][] Gradients(Model model, float[] input, float[] outputGradient)
    {
        model.ReleaseGradients();
        model.Device.Kernels.Fill(model.Layout.ArenaCount, Sentinel, model.GradientMemory);
        model.Forward(input);
        model.Backward(Loss.Custom(0, outputGradient));
        float[][] gradients = new float[model.Parameters.Count][];
        for (int i = 0; i < gradients.Length; i++)
        {
            gradients[i] = model.Parameters[i].Gradients.ToArray();
        }

        return gradients;
    }

    private static float[] Noise(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}

[Model("4"), Linear("fc1", 4), Layer<CountingFront>("front"), Linear("fc1.more", 4), Layer<CountingBehind>("behind"), Linear("fc2", 1)]
internal sealed partial class FrozenFrontNet;

internal static class CountingLayer
{
    public static List<string> Calls { get; } = [];

    public static void Backward(string name, in LayerBackward pass)
    {
        Calls.Add($"{name}, input gradient {pass.NeedsInputGradient}");
        pass.OutputGradient.CopyTo(pass.InputGradient);
    }
}

internal readonly struct CountingFront : ILayer
{
    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass) => pass.Input.CopyTo(pass.Output);

    public static void Backward(in LayerBackward pass) => CountingLayer.Backward("front", pass);
}

/// <summary>Has a parameter of its own, so that its backward pass is needed when nothing in front of it is.</summary>
[LayerParameter("shift", "1")]
internal readonly struct CountingBehind : ILayer
{
    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass) => pass.Input.CopyTo(pass.Output);

    public static void Backward(in LayerBackward pass) => CountingLayer.Backward("behind", pass);
}
