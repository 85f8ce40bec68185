using static Sam.Layers.Tests.Models.BatchReference;

namespace Sam.Layers.Tests.Models;

/// <summary>Outputs and gradients of models with normalisation, blocks and shortcuts against a float64 forward pass and its central differences.</summary>
public sealed class BlockGradientTests
{
    // One more than the checked batch: offsets that depend on the batch and those that do not differ.
    private const int Capacity = 5;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BasicBlocks_HaveTheGradientsOfTheirDefinition(bool training) => BatchGradients.Verify(
        static d => new BasicNet(d, Capacity, seed: 3),
        training,
        static (r, x) =>
        {
            r.KernelSizes["layer2.0.downsample.0"] = 1;
            x = Relu(r.BatchNorm("bn1", r.Conv("conv1", x, 6, 5), 30));
            x = r.BasicBlock("layer1.0", x, 6, 5, 1, project: false);
            x = r.BasicBlock("layer2.0", x, 6, 5, 2, project: true);
            return r.Linear("fc", Mean(x, 9));
        });

    [Fact]
    public void Bottlenecks_HaveTheGradientsOfTheirDefinition() => BatchGradients.Verify(
        static d => new BottleneckNet(d, Capacity, seed: 5),
        training: true,
        static (r, x) =>
        {
            foreach (string name in new[] { "layer1.0.conv1", "layer1.0.conv3", "layer1.1.conv1", "layer1.1.conv3", "layer1.1.downsample.0" }) r.KernelSizes[name] = 1;
            x = r.Bottleneck("layer1.0", x, 4, 4, 1, project: false);
            x = r.Bottleneck("layer1.1", x, 4, 4, 2, project: true);
            return r.Linear("fc", [.. x.Chunk(4).SelectMany(static p => new[] { (p[0] + p[2]) / 2, (p[1] + p[3]) / 2 })]);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WideBlocks_HaveTheGradientsOfTheirDefinition(bool training) => BatchGradients.Verify(
        static d => new WideNet(d, Capacity, seed: 7),
        training,
        static (r, x) =>
        {
            const string First = "block1.layer.0", Second = "block1.layer.1";
            r.KernelSizes[First + ".convShortcut"] = 1;
            x = Relu(r.BatchNorm(First + ".bn1", r.Conv("conv1", x, 5, 5), 25));
            double[] y = r.Conv(First + ".conv2", Relu(r.BatchNorm(First + ".bn2", r.Conv(First + ".conv1", x, 5, 5, 2), 9)), 3, 3);
            x = Add(y, r.Conv(First + ".convShortcut", x, 5, 5, 2));
            y = r.Conv(Second + ".conv1", Relu(r.BatchNorm(Second + ".bn1", x, 9)), 3, 3);
            x = Add(x, r.Conv(Second + ".conv2", Relu(r.BatchNorm(Second + ".bn2", y, 9)), 3, 3));
            return r.Linear("fc", Mean(Relu(r.BatchNorm("bn1", x, 9)), 9));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NormalisationsOfFeatures_HaveTheGradientsOfTheirDefinition(bool training) => BatchGradients.Verify(
        static d => new FeatureNet(d, Capacity, seed: 9),
        training,
        static (r, x) =>
        {
            x = Relu(r.BatchNorm("bn1", r.Linear("fc1", x), 1));
            x = Map(r.Norm("ln1", x, 5, static i => i % 5), Reference.Gelu);
            return r.Linear("fc3", r.BatchNorm("bn2", r.Linear("fc2", x), 1, 1e-3));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ShortcutsAroundNormalisations_HaveTheGradientsOfTheirDefinition(bool training) => BatchGradients.Verify(
        static d => new AroundNet(d, Capacity, seed: 17),
        training,
        static (r, x) =>
        {
            x = r.Linear("fc1", x);
            x = Relu(r.Linear("a.fc2", Relu(Add(r.BatchNorm("a.bn1", x, 1), x))));
            x = Add(r.Linear("a.fc3", Relu(r.BatchNorm("a.bn2", x, 1))), x);
            x = Add(r.Linear("a.fc4", Relu(r.BatchNorm("a.bn3", x, 1))), x);
            return r.Linear("fc5", x);
        });

    [Fact]
    public void NormalisationsOfGroups_HaveTheGradientsOfTheirDefinition() => BatchGradients.Verify(
        static d => new GroupNet(d, Capacity, seed: 11),
        training: true,
        static (r, x) =>
        {
            r.KernelSizes["conv1"] = 2;
            x = Relu(r.Conv("conv1", r.Norm("gn1", x, 18, static i => i / 9 % 4), 3, 3));
            x = Relu(r.Norm("gn2", x, 8, static i => i / 4 % 6));
            x = r.Norm("ln1", x, 24, static i => i % 24);
            return r.Linear("fc", Mean(x, 2));
        });

    [Fact]
    public void AdditionsInFrontOfLayersThatWorkInPlace_HaveTheGradientsOfTheirDefinition() => BatchGradients.Verify(
        static d => new TangledNet(d, Capacity, seed: 13),
        training: true,
        static (r, x) =>
        {
            double[] start = Relu(r.Linear("fc1", x));
            x = Map(Add(start, Map(r.Linear("t.a", start), Math.Tanh)), Reference.Sigmoid);
            x = Relu(Add(x, Map(r.Linear("t.b", x), Reference.Sigmoid)));
            x = Map(Add(r.Linear("t.c", Add(x, x)), start), Math.Tanh);
            return r.Linear("fc2", x);
        });
}
