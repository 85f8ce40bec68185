using Sam.Native;
using Sam.Tests;
using static Sam.Layers.Tests.Models.BatchReference;

namespace Sam.Layers.Tests.Models;

/// <summary>Projections whose strides the shapes alone do not tell, and their settings.</summary>
public sealed class ProjectionTests
{
    [Fact]
    public void Strides3And4_AreThoseOfTheBranch() => BatchGradients.Verify(
        static d => new FarNet(d, 4, seed: 3),
        training: true,
        static (r, x) =>
        {
            r.KernelSizes["layer1.0.downsample.0"] = r.KernelSizes["layer2.0.downsample.0"] = 1;
            x = r.BasicBlock("layer1.0", x, 13, 16, 3, project: true);
            x = r.BasicBlock("layer2.0", x, 5, 6, 4, project: true);
            return r.Linear("fc", Mean(x, 4));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StridesOfNestedBlocksAndPools_AreMultiplied_AndSettingsTaken(bool training) => BatchGradients.Verify(
        static d => new DeepNet(d, 4, seed: 5),
        training,
        static (r, x) =>
        {
            r.KernelSizes["t.skip.0"] = 1;
            double[] y = r.BatchNorm("t.a.bn", r.Conv("t.a.conv", x, 8, 8, 2), 16, 0.1);
            y = [.. y.Where(static (_, i) => i % 2 == 0 && i / 4 % 2 == 0)];
            y = r.BatchNorm("t.b.bn", r.Conv("t.b.conv", y, 2, 2), 4, 0.1);
            return r.Linear("fc", Mean(Add(y, r.BatchNorm("t.skip.1", r.Conv("t.skip.0", x, 8, 8, 4), 4, 0.1)), 4));
        });

    [Fact]
    public void AStrideOfItsOwn_IsTaken() => BatchGradients.Verify(
        static d => new OwnStrideNet(d, 4, seed: 7),
        training: true,
        static (r, x) =>
        {
            r.KernelSizes["t.conv"] = 2;
            r.KernelSizes["t.skip"] = 1;
            return r.Linear("fc", Add(r.Conv("t.conv", x, 3, 3), r.Conv("t.skip", x, 3, 3, 2)));
        });

    [Fact]
    public void TheProjection_IsAsTheLayersInFrontOfTheAddition()
    {
        using TestedDevice tested = TestedDevice.Open(1);
        using DeepNet model = new(tested.Device, 1, seed: 5);
        Assert.Equal("BatchNorm2d(epsilon 0.1, momentum 0.3, no weight)", model.Layout.Layers.Single(static l => l.Name == "t.skip.1").Kind);
        Assert.Equal(InitializerKind.KaimingNormal, model.Parameters["t.skip.0.weight"].Info.Initializer.Kind);
        using UntrackedNet untracked = new(tested.Device, 2, seed: 5);
        Assert.DoesNotContain(untracked.Buffers.ToArray(), static b => b.Name.StartsWith("t.skip", StringComparison.Ordinal));
    }
}

[Model("2x13x16")]
[Use<BasicBlock>("layer1.0", 3, Stride = 3), Use<BasicBlock>("layer2.0", 4, Stride = 4), GlobalAvgPool2d, Linear("fc", 3)]
internal sealed partial class FarNet;

[Block]
[Conv2d("conv", Block.Channels, 3, Stride = Block.Stride, Padding = 1, Bias = false, Initializer = InitializerKind.KaimingNormal)]
[BatchNorm2d("bn", Epsilon = 0.1f, Momentum = 0.3f, Affine = false)]
internal sealed class PlainStep;

[Block]
[Use<PlainStep>("a", Block.Channels, Stride = Block.Stride), MaxPool2d(1, Stride = 2), Use<PlainStep>("b", Block.Channels), AddShortcut(Projection = "skip")]
internal sealed class DeepBlock;

[Model("2x8x8")]
[Use<DeepBlock>("t", 3, Stride = 2), GlobalAvgPool2d, Linear("fc", 3)]
internal sealed partial class DeepNet;

[Block]
[Conv2d("conv", Block.Channels, 2, Bias = false), AddShortcut(Projection = "skip", Normalize = false, Stride = Block.Stride)]
internal sealed class OwnStrideBlock;

[Model("2x3x3")]
[Use<OwnStrideBlock>("t", 4, Stride = 2), Flatten, Linear("fc", 3)]
internal sealed partial class OwnStrideNet;

[Block]
[Conv2d("conv", Block.Channels, 3, Padding = 1), BatchNorm2d("bn", TrackRunningStatistics = false), AddShortcut(Projection = "skip")]
internal sealed class UntrackedBlock;

[Model("2x3x3")]
[Use<UntrackedBlock>("t", 4), Flatten, Linear("fc", 3)]
internal sealed partial class UntrackedNet;
