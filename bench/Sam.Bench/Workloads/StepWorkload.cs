using Sam.Layers;
using Sam.Native;

namespace Sam.Bench;

/// <summary>A model of the TorchSharp peer, by the peer's name, with a batch of noise.</summary>
internal sealed class StepWorkload : IDisposable
{
    /// <summary>The peer's radius.</summary>
    public const float Rho = 0.05f;

    // A rate that leaves the weights, and so the work, as they are.
    private const float LearningRate = 1e-6f;

    private readonly float[] _input;
    private readonly int[] _labels;

    private StepWorkload(Model model, bool classes)
    {
        Model = model;
        Random random = new(1);
        _input = new float[model.BatchSize * model.InputShape.Count];
        foreach (ref float value in _input.AsSpan())
        {
            value = (random.NextSingle() * 2) - 1;
        }

        _labels = classes ? [.. Enumerable.Range(0, model.BatchSize).Select(_ => random.Next(model.OutputShape.Count))] : [];
    }

    /// <summary>The names there are.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["mlp-tiny-b32", "mlp-mnist-b128", "lenet-mnist-b64", "resnet18-cifar-b32", "resnet18-seed-b1"];

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>Bytes of the batch: examples and labels.</summary>
    public long BatchBytes => sizeof(float) * ((long)_input.Length + _labels.Length);

    /// <summary>Parameters of the model.</summary>
    public long ParameterCount
    {
        get
        {
            long count = 0;
            foreach (Parameter parameter in Model.Parameters) count += parameter.Count;
            return count;
        }
    }

    /// <summary>Makes one of <see cref="Names"/>.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="device">Where its model lives.</param>
    /// <param name="seed">Key of its weights.</param>
    /// <param name="batch">Examples instead of those in its name; 0 for these.</param>
    public static StepWorkload Make(string name, Device device, ulong seed, int batch = 0) => name switch
    {
        "mlp-tiny-b32" => new StepWorkload(new TinyMlp(device, batch > 0 ? batch : 32, seed), classes: true),
        "mlp-mnist-b128" => new StepWorkload(new MnistMlp(device, batch > 0 ? batch : 128, seed), classes: true),
        "lenet-mnist-b64" => new StepWorkload(new MnistLeNet(device, batch > 0 ? batch : 64, seed), classes: true),
        "resnet18-cifar-b32" => new StepWorkload(new ResNet18Cifar(device, batch > 0 ? batch : 32, seed), classes: true),
        "resnet18-seed-b1" => new StepWorkload(new SeedResNet18(device, batch > 0 ? batch : 1, seed), classes: false),
        _ => throw new ArgumentException($"There is no workload '{name}', only {string.Join(", ", Names)}.", nameof(name)),
    };

    /// <summary>SAM or a relative around the peer's SGD.</summary>
    public SamOptimizer Optimizer(Perturbation perturbation, SamOptions? options = null) =>
        new(Model, new Sgd(LearningRate, momentum: 0.9f, weightDecay: 5e-4f), perturbation, options);

    /// <summary>One step on the batch.</summary>
    /// <returns>Its result, which nobody has to read.</returns>
    public StepResult Step(SamOptimizer optimizer) => Step(optimizer, _input);

    /// <summary>One step on the batch, written into the optimizer's own memory by a loader whose work is not part of the step.</summary>
    /// <returns>Its result, which nobody has to read.</returns>
    public StepResult StepInPlace(SamOptimizer optimizer) => Step(optimizer, optimizer.NextInput(Model.BatchSize));

    public void Dispose() => Model.Dispose();

    private StepResult Step(SamOptimizer optimizer, ReadOnlySpan<float> input) =>
        _labels.Length > 0 ? optimizer.Step(input, _labels) : optimizer.Step(input, Loss.Sum);
}
