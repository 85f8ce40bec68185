using Sam.Native;

namespace Sam.Layers.Tests.Models;

public sealed class CustomLayerTests
{
    [Fact]
    public void Parameters_AreBoundWithNamesShapesRolesAndFirstValues()
    {
        using Device device = Device.Cpu();
        using CustomNet model = new(device, batchSize: 2, seed: 1);
        Assert.Equal("act0.slope 3", model.Act0.Slope.ToString());
        Assert.All(model.Act0.Slope.Values.ToArray(), static v => Assert.Equal(0.25f, v));
        Assert.Equal("mix.weight 5x6", model.Mix.Weight.ToString());
        Assert.Equal(ParameterRole.Weight, model.Mix.Weight.Role);
        Assert.All(model.Mix.Weight.Values.ToArray(), static v => Assert.InRange(v, -0.4083f, 0.4083f));
        Assert.Contains(model.Mix.Weight.Values.ToArray(), static v => MathF.Abs(v) > 0.2f);
        Assert.Equal(ParameterRole.Bias, model.Mix.Shift.Role);
    }

    [Fact]
    public void AnOutputShapeOtherThanDeclared_IsRefusedByTheConstructor()
    {
        using Device device = Device.Cpu();
        long before = device.AllocatedBytes;
        ArgumentException e = Assert.Throws<ArgumentException>(() => new WrongShapeNet(device, batchSize: 1));
        Assert.Contains("Layer 'mix' of WrongShapeNet", e.Message);
        Assert.Contains("makes 5 of an input of 4, but the model was declared with 4", e.Message);
        Assert.Contains("Output = \"5\"", e.Message);
        Assert.Equal(before, device.AllocatedBytes);
    }

    [Fact]
    public void AParameterThatIsNotThere_IsRefused()
    {
        using Device device = Device.Cpu();
        using GreedyNet model = new(device, batchSize: 1);
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => model.Forward(new float[4]));
        Assert.Contains("Layer 'greedy' of GreedyNet has 0 parameters", e.Message);
    }

    [Fact]
    public void ALayer_SeesTheModeTheBatchAndTheSameRandomNumbersInBothPasses()
    {
        using Device device = Device.Cpu();
        using WitnessNet model = new(device, batchSize: 4, seed: 77) { StepNumber = 6 };
        Witness.Seen.Clear();
        model.Forward(new float[3 * 4]);
        model.Backward(Loss.Sum);
        model.Evaluate();
        model.Forward(new float[4]);
        Assert.Equal(
            [
                (3, true, new RandomStream(77, 6, 1), true),
                (3, true, new RandomStream(77, 6, 2), true),
                (3, true, new RandomStream(77, 6, 2), true),
                (3, true, new RandomStream(77, 6, 1), true),
                (1, false, new RandomStream(77, 6, 1), true),
                (1, false, new RandomStream(77, 6, 2), true),
            ],
            Witness.Seen);
    }

    [Fact]
    public void ALayerInFrontOfAllParameters_NeedsNoInputGradient()
    {
        using Device device = Device.Cpu();
        using FrontNet model = new(device, batchSize: 1);
        Witness.Seen.Clear();
        model.Forward(new float[4]);
        model.Backward(Loss.Sum);

        // The first layer has nothing to do with any parameter, so its backward pass did not run; the second had no input gradient to
        // write.
        Assert.Equal([true, true, false], Witness.Seen.Select(static s => s.NeedsInputGradient));
    }

    [Fact]
    public void PassesOfAModelWithLayersOfItsOwn_AllocateNothing()
    {
        using Device device = Device.Cpu();
        using CustomNet model = new(device, batchSize: 2, seed: 1);
        float[] inputs = new float[2 * model.InputShape.Count];
        for (int i = 0; i < 3; i++)
        {
            model.Forward(inputs);
            model.Backward(Loss.Sum);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            model.Forward(inputs);
            model.Backward(Loss.Sum);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

[Model("4"), Linear("fc", 4), Layer<Mix>("mix")]
internal sealed partial class WrongShapeNet;

[Model("4"), Linear("fc", 4), Layer<Greedy>("greedy")]
internal sealed partial class GreedyNet;

[Model("4"), Linear("fc", 4), Layer<Witness>("one"), Layer<Witness>("two")]
internal sealed partial class WitnessNet;

[Model("4"), Layer<Witness>("one"), Layer<TrainedWitness>("two"), Linear("fc", 1)]
internal sealed partial class FrontNet;

internal readonly struct Greedy : ILayer
{
    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass) => pass.Output.Fill(pass.Parameter(0)[0]);

    public static void Backward(in LayerBackward pass)
    {
    }
}

/// <summary>y = x, and a note of what it saw.</summary>
internal readonly struct Witness : ILayer
{
    public static List<(int Batch, bool Training, RandomStream Random, bool NeedsInputGradient)> Seen { get; } = [];

    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass)
    {
        Seen.Add((pass.Batch, pass.Training, pass.Random, true));
        pass.Input.CopyTo(pass.Output);
    }

    public static void Backward(in LayerBackward pass)
    {
        Seen.Add((pass.Batch, pass.Training, pass.Random, pass.NeedsInputGradient));
        if (pass.NeedsInputGradient)
        {
            pass.OutputGradient.CopyTo(pass.InputGradient);
        }
    }
}

/// <summary>A witness with a parameter it does not use.</summary>
[LayerParameter("unused", "1")]
internal readonly struct TrainedWitness : ILayer
{
    public static Shape OutputShape(Shape input) => input;

    public static void Forward(in LayerForward pass) => Witness.Forward(pass);

    public static void Backward(in LayerBackward pass) => Witness.Backward(pass);
}
