using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Golden;

public sealed class GoldenMlpTests
{
    // The files' own bound for float32 in another order of summation.
    private const float Tolerance = 1e-5f;

    [Fact]
    public void FirstPass_HasTheLossAndTheGradientsOfTheGoldenRun()
    {
        GoldenCase golden = GoldenCase.Load("a_sam_sgd_mlp");
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using GoldenMlp model = new(device, batchSize: 16);
        foreach (string name in golden.ParameterNames)
        {
            Assert.Equal(string.Join("x", golden.Shape("init." + name)), model.Parameters[name].Shape.ToString());
            model.Parameters[name].Write(golden.Floats("init." + name));
        }

        model.Forward(golden.Floats("step0.x"));
        float loss = model.Backward(Loss.CrossEntropy(golden.Ints("step0.y")));

        Assert.Equal(golden.Doubles("losses64")[0], loss, Tolerance);
        foreach (string name in golden.ParameterNames)
        {
            AssertClose(golden.Floats("grad0." + name), model.Parameters[name].CopyGradients(), name);
        }
    }

    [Fact]
    public void Parameters_AreBoundByNameInTheOrderOfTheGoldenRun()
    {
        GoldenCase golden = GoldenCase.Load("a_sam_sgd_mlp");
        using TestedDevice tested = TestedDevice.Open();
        Device device = tested.Device;
        using GoldenMlp model = new(device, batchSize: 1);
        List<string> names = [];
        foreach (Parameter parameter in model.Parameters)
        {
            names.Add(parameter.Name);
        }

        Assert.Equal(golden.ParameterNames, names);
        Assert.Same(model.Parameters["0.weight"], model.Layer0.Weight);
        Assert.Same(model.Parameters["2.bias"], model.Layer2.Bias);
        Assert.Same(model.Parameters["4.weight"], model.Layer4.Weight);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= Tolerance, $"{name}[{i}] is {actual[i]}, not {expected[i]}.");
        }
    }
}
