using System.Globalization;
using Sam.Native;

namespace Sam.Layers.Tests.Models;

public sealed class ReadyModelTests
{
    [Fact]
    public void LeNet_HasTorchsNamesAndShapesAtAlignedOffsets()
    {
        using Device device = Device.Cpu();
        using LeNet model = new(device, batchSize: 2, seed: 42);
        List<string> parameters = [];
        foreach (Parameter parameter in model.Parameters)
        {
            parameters.Add(parameter.ToString());
            Assert.Equal(0, parameter.Offset % 16);
            Assert.Equal(0, parameter.Pointer.Address % 64);
        }

        Assert.Equal(
            [
                "conv1.weight 32x1x5x5", "conv1.bias 32", "conv2.weight 64x32x5x5", "conv2.bias 64", "fc1.weight 256x3136", "fc1.bias 256", "fc2.weight 10x256", "fc2.bias 10",
            ],
            parameters);
        Assert.Equal("10", model.OutputShape.ToString());
        Assert.Same(model.Parameters["conv1.weight"], model.Conv1.Weight);
        Assert.Same(model.Parameters["fc2.bias"], model.Fc2.Bias);
        Assert.All(model.Conv1.Weight.Values.ToArray(), static v => Assert.InRange(v, -0.2f, 0.2f));
    }

    [Fact]
    public void Activations_ShareMemory()
    {
        using Device device = Device.Cpu();
        using LeNet model = new(device, batchSize: 1);

        // Kept for the backward pass, in elements: input 784, convolutions 25088 and 12544, pools 6272 and 3136, linear layers 256 and
        // 10. The largest
        // gradient, 25088, fits over what is no longer needed but for 9408 elements or so.
        Assert.InRange(model.Layout.ActivationCount, 48_090, 62_000);
    }

    [Fact]
    public void Prediction_IsTheOutputOfTheForwardPassForAnyNumberOfExamples()
    {
        using Device device = Device.Cpu();
        using Mlp model = new(device, batchSize: 4, seed: 3);
        Random random = new(1);
        float[] images = [.. Enumerable.Range(0, 6 * 784).Select(_ => random.NextSingle())];
        float[] predicted = model.Predict(images);
        float[] forward = model.Forward(images.AsSpan(0, 4 * 784)).Values.ToArray();
        Assert.Equal(60, predicted.Length);
        Assert.Equal(forward, predicted[..40]);
        Assert.Equal(model.Forward(images.AsSpan(4 * 784)).Values.ToArray(), predicted[40..]);
    }

    [Fact]
    public void Summary_ListsLayersShapesParametersFusionAndBytes()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        using Device device = Device.Cpu();
        using DropoutNet model = new(device, batchSize: 2);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberGroupSeparator = "'" } };
            string[] lines = model.Summary().Replace(device.Name, "CPU").Split('\n');
            Assert.Equal(
                [
                    "DropoutNet: 8 to 3, batch 2, on CPU",
                    "",
                    "layer  kind           output  parameters  fused",
                    "-----  -------------  ------  ----------  ----------",
                    "       Dropout(0.25)  8",
                    "fc1    Linear(16)     16             144  bias, relu",
                    "       Relu           16                  in fc1",
                    "       Dropout(0.5)   16                  in place",
                    "fc2    Linear(12)     12             204  bias",
                    "       Sigmoid        12                  in place",
                    "       Dropout(0.4)   12",
                    "fc3    Linear(3)      3               39  bias",
                    "       Dropout(0)     3                   no work",
                    "",
                    "387 parameters",
                    "",
                    "memory       bytes",
                    "-----------  -----",
                    "weights      1,664",
                    "gradients    1,664",
                    "activations    896",
                    "targets         24",
                    "scalars        128",
                ],
                lines[..23]);
            Assert.StartsWith("total", lines[23]);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
