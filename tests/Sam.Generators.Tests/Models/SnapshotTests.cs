using Sam.Tests;

namespace Sam.Generators.Tests.Models;

/// <summary>Generated text, compared exactly. Run with SAM_UPDATE_SNAPSHOTS=1 to write the files anew, and read the difference.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void ConvolutionalModel_IsWrittenAsStored() => Verify(
        "ConvolutionalModel",
        """
        using Sam.Layers;

        namespace Shop.Vision;

        /// <summary>A small network.</summary>
        [Model("1x8x8")]
        [Conv2d("conv1", 4, 3, Padding = 1), Relu, MaxPool2d(2)]
        [Conv2d("conv2", 6, 3, 1, Stride = 2, Groups = 2, Bias = false), AvgPool2d(1, 2, CountIncludePad = false)]
        [Flatten, Linear("fc", 3), Dropout(0.25f), Tanh]
        public sealed partial class SmallNet;
        """);

    [Fact]
    public void ModelWithEveryKindOfFusion_IsWrittenAsStored() => Verify(
        "Fusion",
        """
        using Sam.Layers;

        namespace Shop;

        public static partial class Outer
        {
            [Model("6")]
            [Dropout(0.1f), Linear("0", 8), Relu, Dropout(0.5f), Linear("1", 8), Gelu, Linear("2", 8), Sigmoid, Dropout(0.5f), Linear("3", 4), Relu]
            internal sealed partial class Deep;
        }
        """);

    [Fact]
    public void ResidualModel_IsWrittenAsStored() => Verify(
        "Residual",
        """
        using Sam.Layers;

        namespace Shop;

        [Block]
        [BatchNorm2d("bn1"), Relu, StartShortcut, Conv2d("conv1", Block.Channels, 3, Stride = Block.Stride, Padding = 1), AddShortcut(Projection = "skip", Normalize = false)]
        public sealed class Front;

        [Model("2x8x8")]
        [Use<Front>("0.front", 4, Stride = 2), Use<BasicBlock>("1", 4), Use<BasicBlock>("2", 6), LayerNorm("ln", Dimensions = 3), GroupNorm("gn", 3)]
        [GlobalAvgPool2d, BatchNorm1d("bn"), Linear("fc", 3)]
        public sealed partial class Residual;
        """);

    [Fact]
    public void PreActivationModel_IsWrittenAsStored()
    {
        string text = Verify(
            "PreActivation",
            """
            using Sam.Layers;

            namespace Shop;

            [Block]
            [StartShortcut, BatchNorm1d("bn1"), AddShortcut, Relu, Linear("fc", Block.Channels), StartShortcut, BatchNorm1d("bn2"), Relu, AddShortcut]
            public sealed class Around;

            [Model("2x8x8")]
            [Conv2d("conv1", 3, 3, Padding = 1), Use<WideProjectionBlock>("0", 4, Stride = 2), Use<WideBlock>("1", 4), BatchNorm2d("bn1"), Relu]
            [GlobalAvgPool2d, Linear("fc", 6), Use<Around>("2", 4)]
            public sealed partial class PreActivation;
            """);
        Assert.DoesNotContain("kernels.Add(", text);
    }

    [Fact]
    public void ModelWithALayerOfItsOwn_IsWrittenAsStored() => Verify(
        "CustomLayer",
        """
        using Sam.Layers;
        using Sam.Native;

        [LayerParameter("slope", "C", Initial = 0.25f), LayerParameter("mix", "2xN", FanIn = "N", Role = ParameterRole.Bias)]
        public readonly struct Bend : ILayer
        {
            public static Shape OutputShape(Shape input) => new(2, 3);

            public static void Forward(in LayerForward pass)
            {
            }

            public static void Backward(in LayerBackward pass)
            {
            }
        }

        [Model("4x3x3")]
        [Conv2d("conv", 2, 2), Relu, Layer<Bend>("bend", Output = "2x3"), Flatten, Linear("fc_out", 2)]
        public sealed partial class Bent;
        """);

    private static string Verify(string name, string source)
    {
        string actual = Assert.Single(Compile.Generate(source)).Value;
        string path = Path.Combine(Repository.Root, "tests", "Sam.Generators.Tests", "Snapshots", name + ".txt");
        if (Environment.GetEnvironmentVariable("SAM_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
        Assert.DoesNotContain('\r', actual);
        return actual;
    }
}
