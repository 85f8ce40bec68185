using Sam.Native;

namespace Sam.Layers.Tests.Golden;

/// <summary>Trajectories of models with normalisation and a residual block, in both modes of the running statistics.</summary>
public sealed class GoldenNormalizationTests
{
    // The files' own bound for float32 in another order of summation.
    private const float Tolerance = 1e-5f;

    [Theory]
    [InlineData("a_sam_sgd_cnn_bnfirst")]
    [InlineData("a_sam_sgd_cnn_bnboth")]
    [InlineData("a_sam_sgd_resblock_bnboth")]
    [InlineData("a_sam_sgd_lnmlp")]
    public void Trajectory_IsThatOfTheGoldenRun(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Device device = Device.Cpu(new DeviceOptions { Threads = 2 });
        using Model model = Make(golden, device);
        bool both = golden.Description.GetProperty("bn_running_stats").GetString() == "both";
        model.UpdateStatisticsInBothPasses = both;
        Start(model, golden);
        using SamOptimizer sam = new(model, new Sgd(0.1f, momentum: 0.9f, weightDecay: 5e-4f), Perturbation.Sam(0.05f));
        for (int step = 0; step < golden.Steps; step++)
        {
            StepResult result = sam.Step(golden.Floats($"step{step}.x"), golden.Ints($"step{step}.y"));
            Assert.Equal(golden.Doubles("losses64")[step], result.Loss, Tolerance);
            Assert.Equal(golden.Doubles("losses_perturbed64")[step], result.PerturbedLoss, Tolerance);
            Assert.Equal(golden.Doubles("grad_norms64")[step], result.GradientNorm, Tolerance * 10);
        }

        foreach (Parameter parameter in model.Parameters)
        {
            AssertClose(golden.Doubles("final64." + parameter.Name), parameter.Values, parameter.Name);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger)
            {
                // The runs' utility sets the momentum to 0 for the second pass, so torch counts that pass too; here a pass that moves nothing is not counted.
                Assert.Equal(golden.Ints("final." + buffer.Name)[0], both ? buffer.Integer : 2 * buffer.Integer);
            }
            else
            {
                AssertClose(golden.Doubles("final64." + buffer.Name), buffer.Values, buffer.Name);
            }
        }

        if (golden.Has("eval.x"))
        {
            model.Evaluate();
            AssertClose(golden.Doubles("eval.logits64"), model.Forward(golden.Floats("eval.x")), "logits");
            AssertClose(golden.Doubles("eval.logits64"), model.Predict(golden.Floats("eval.x")), "predicted logits");
        }
    }

    [Theory]
    [InlineData("a_sam_sgd_cnn_bnfirst")]
    [InlineData("a_sam_adamw_cnn_nobias_bnfirst")]
    [InlineData("a_sam_groups_nodecay_resblock_bnfirst")]
    [InlineData("a_sam_sgd_lnmlp")]
    public void FirstPass_HasTheLossTheGradientsAndTheStatisticsOfTheGoldenRun(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Device device = Device.Cpu(new DeviceOptions { Threads = 2 });
        using Model model = Make(golden, device);
        Start(model, golden);
        model.Forward(golden.Floats("step0.x"));
        Assert.Equal(golden.Doubles("losses64")[0], model.Backward(Loss.CrossEntropy(golden.Ints("step0.y"))), Tolerance);
        Assert.Equal(golden.ParameterNames, Names(model));
        foreach (Parameter parameter in model.Parameters)
        {
            AssertClose([.. golden.Floats("grad0." + parameter.Name).Select(static v => (double)v)], parameter.Gradients, parameter.Name);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (!buffer.Info.IsInteger)
            {
                AssertClose([.. golden.Floats("after0." + buffer.Name).Select(static v => (double)v)], buffer.Values, buffer.Name);
            }
        }
    }

    [Fact]
    public void SavedTensors_AreThoseOfTheGoldenRun_WithTheirTypesAndShapes()
    {
        using SafeTensorsFile golden = SafeTensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "golden", "a_sam_sgd_resblock_bnboth.safetensors"));
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
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

    private static Model Make(GoldenCase golden, Device device) => golden.Description.GetProperty("model").GetProperty("name").GetString() switch
    {
        "cnn" => new GoldenCnn(device, 16),
        "cnn_nobias" => new GoldenCnnWithoutBias(device, 16),
        "resblock" => new GoldenResidual(device, 16),
        "lnmlp" => new GoldenLayerNorm(device, 16),
        string other => throw new ArgumentException($"There is no model for '{other}'.", nameof(golden)),
        null => throw new ArgumentException("The case names no model.", nameof(golden)),
    };

    private static void Start(Model model, GoldenCase golden)
    {
        foreach (Parameter parameter in model.Parameters)
        {
            parameter.Write(golden.Floats("init." + parameter.Name));
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger)
            {
                buffer.Integer = golden.Ints("init." + buffer.Name)[0];
            }
            else
            {
                buffer.Write(golden.Floats("init." + buffer.Name));
            }
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
