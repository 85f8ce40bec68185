using Sam.Native;
using Sam.Tests;

namespace Sam.Layers.Tests.Golden;

/// <summary>First passes of models with normalisation and a residual block, and what is saved of them.</summary>
public sealed class GoldenNormalizationTests
{
    // The files' own bound for float32 in another order of summation.
    private const float Tolerance = 1e-5f;

    [Theory]
    [InlineData("a_sam_sgd_cnn_bnfirst")]
    [InlineData("a_sam_adamw_cnn_nobias_bnfirst")]
    [InlineData("a_sam_groups_nodecay_resblock_bnfirst")]
    [InlineData("a_sam_sgd_lnmlp")]
    public void FirstPass_HasTheLossTheGradientsAndTheStatisticsOfTheGoldenRun(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using TestedDevice tested = TestedDevice.Open(2);
        Device device = tested.Device;
        using Model model = TrajectorySetup.Model(golden, device);
        model.Forward(golden.Floats("step0.x"));
        Assert.Equal(golden.Doubles("losses64")[0], model.Backward(Loss.CrossEntropy(golden.Ints("step0.y"))), Tolerance);
        Assert.Equal(golden.ParameterNames, Names(model));
        foreach (Parameter parameter in model.Parameters)
        {
            AssertClose([.. golden.Floats("grad0." + parameter.Name).Select(static v => (double)v)], parameter.CopyGradients(), parameter.Name);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (!buffer.Info.IsInteger)
            {
                AssertClose([.. golden.Floats("after0." + buffer.Name).Select(static v => (double)v)], buffer.Copy(), buffer.Name);
            }
        }
    }

    [Fact]
    public void SavedTensors_AreThoseOfTheGoldenRun_WithTheirTypesAndShapes()
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "golden", "a_sam_sgd_resblock_bnboth.safetensors"));
        using TestedDevice tested = TestedDevice.Open(1);
        Device device = tested.Device;
        using GoldenResidual model = new(device, 16);
        string path = Path.Combine(Path.GetTempPath(), $"sam-{Guid.NewGuid():N}.safetensors");
        try
        {
            model.Save(path);
            using SafeTensorsFile saved = SafeTensorsFile.Open(path);
            Assert.Equal(
                golden.Tensors.Where(static t => t.Name.StartsWith("init.", StringComparison.Ordinal)).Select(static t => t.ToString()["init.".Length..]).Order(StringComparer.Ordinal),
                saved.Tensors.Select(static t => t.ToString()).Order(StringComparer.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<string> Names(Model model)
    {
        List<string> names = [];
        foreach (Parameter parameter in model.Parameters)
        {
            names.Add(parameter.Name);
        }

        return names;
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance, $"{name}[{i}] is {actual[i]}, not {expected[i]}.");
        }
    }
}
