using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sam.Native;

namespace Sam.Layers.Tests.Onnx;

/// <summary>A trained model's file, run by an engine that shares nothing with this library.</summary>
public sealed class OnnxRuntimeTests
{
    private const int Batch = 4;

    // Twenty convolutions of up to 4608 products each in float, by two orders of summation: rounding errors of a few 1e-7 for each layer,
    // relative to the largest logit.
    private const float Tolerance = 1e-5f;

    [Fact]
    public void TrainedResNet18_WrittenToAFile_HasTheSameOutputsUnderOnnxRuntime()
    {
        using Device device = Device.Cpu();
        using ResNet18Cifar model = new(device, Batch, seed: 5);
        Random random = new(6);
        float[] images = [.. Enumerable.Range(0, Batch * 3 * 32 * 32).Select(_ => (random.NextSingle() * 2) - 1)];

        // Steps move the weights and the running statistics away from where they begin, as 0 and 1 would hide a name mixed up.
        using (SamOptimizer sam = new(model, new Sgd(learningRate: 0.02f, momentum: 0.9f), Perturbation.Sam(rho: 0.05f)))
        {
            for (int step = 0; step < 6; step++)
            {
                sam.Step(images, [3, 1, 4, 9]);
            }
        }

        model.Evaluate();
        float[] expected = model.Predict(images);
        string path = Path.Combine(Path.GetTempPath(), $"resnet18-{Guid.NewGuid():N}.safetensors");
        float[] actual;
        try
        {
            model.Save(path);
            actual = Run(ResNetExport.FromFile(path, Batch), images);
        }
        finally
        {
            File.Delete(path);
        }

        float largest = expected.Max(MathF.Abs);
        Assert.True(largest > 0.1f, $"Outputs of at most {largest} would show nothing.");
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance * largest);
        }
    }

    private static float[] Run(byte[] model, float[] images)
    {
        using InferenceSession session = new(model);
        DenseTensor<float> input = new(images, [Batch, 3, 32, 32]);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
        return [.. outputs[0].AsEnumerable<float>()];
    }
}
