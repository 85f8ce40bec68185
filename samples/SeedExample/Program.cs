// SAM around SGD on a ResNet-18, with a closure: the loss is the sum of the outputs for a random image of 3x64x64.
using Sam.Layers;
using Sam.Native;

using Device device = Device.Default();
using ResNet model = new(device, batchSize: 1, seed: 42);
using SamOptimizer optimizer = new(model, new Sgd(learningRate: 1e-3f), Perturbation.Sam());

Random random = new(42);
float[] image = new float[3 * 64 * 64];
foreach (ref float pixel in image.AsSpan())
{
    pixel = random.NextSingle();
}

for (int step = 0; step < 5; step++)
{
    StepResult result = optimizer.Step(() =>
    {
        model.Forward(image);
        return model.Backward(Loss.Sum);
    });
    Console.WriteLine($"loss {result.Loss:F3}, at the perturbed weights {result.PerturbedLoss:F3}, sharpness {result.Sharpness:F3}");
}

/// <summary>torchvision's ResNet-18 for images of 3x64x64.</summary>
[Model("3x64x64")]
[Use<ResNetStem>("", 64), Use<ResNet18Stages>("", 64), Linear("fc", 1000)]
internal sealed partial class ResNet;
