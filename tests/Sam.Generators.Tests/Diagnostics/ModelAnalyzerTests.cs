using Microsoft.CodeAnalysis;
using Sam.Tests;

namespace Sam.Generators.Tests.Diagnostics;

public sealed class ModelAnalyzerTests
{
    private const string Bend = """
        public readonly struct Bend : ILayer
        {
            public static Shape OutputShape(Shape input) => input;
            public static void Forward(in LayerForward pass) { }
            public static void Backward(in LayerBackward pass) { }
        }

        """;

    [Fact]
    public async Task AModelThatIsNotPartial_IsReported()
    {
        await Verify("""[Model("20"), Linear("fc", 5)] public sealed class Net;""", "SAM0001", """Model("20")""", "write 'partial class Net'");
        await Verify("""public class Outer { [Model("20"), Linear("fc", 5)] public sealed partial class Net; }""", "SAM0001", """Model("20")""", "'Outer' is not partial");
        await VerifyNone("""public partial class Outer { [Model("20"), Linear("fc", 5)] private sealed partial class Net; }""");
        await VerifyNone("""public partial interface IOuter { public partial record struct Inner { [Model("20"), Linear("fc", 5)] public partial class Net; } }""");
    }

    [Theory]
    [InlineData("""[Model("20"), Linear("fc", 5)] public static partial class Net;""", "'Net' is static")]
    [InlineData("""[Model("20"), Linear("fc", 5)] public abstract partial class Net;""", "'Net' is abstract")]
    [InlineData("""[Model("20"), Linear("fc", 5)] public partial class Net<T>;""", "'Net' is generic")]
    [InlineData("""[Model("20"), Linear("fc", 5)] public partial record Net;""", "'Net' is a record")]
    [InlineData("""[Model("20"), Linear("fc", 5)] file partial class Net;""", "'Net' is file-local")]
    [InlineData("""public partial class Outer<T> { [Model("20"), Linear("fc", 5)] public partial class Net; }""", "'Outer' is generic")]
    public Task AModelThatCannotBeCompleted_IsReported(string source, string message) => Verify(source, "SAM0002", """Model("20")""", message);

    [Fact]
    public async Task AModelWithAnotherBaseClass_IsReported()
    {
        await Verify("""public class Service; [Model("20"), Linear("fc", 5)] public partial class Net : Service;""", "SAM0003", """Model("20")""", "derives from 'Service'");
        await VerifyNone("""[Model("20"), Linear("fc", 5)] public partial class Net : Sam.Native.Model, System.IDisposable;""");
    }

    [Theory]
    [InlineData("")]
    [InlineData("3, 32, 32")]
    [InlineData("3x0x32")]
    [InlineData("3x-1")]
    [InlineData("x3")]
    [InlineData("1x2x3x4x5x6x7")]
    [InlineData("65536x65536")]
    [InlineData("99999999999")]
    public Task AShapeThatIsNone_IsReported(string text) =>
        Verify($$"""[Model("{{text}}"), Flatten, Linear("fc", 5)] public partial class Net;""", "SAM0004", $"Model(\"{text}\")", $"'{text}' is not a shape");

    [Fact]
    public async Task AnOutputShapeThatIsNone_IsReported()
    {
        await Verify(
            Bend + """[Model("20"), Linear("fc", 4), Layer<Bend>("bend", Output = "2 x 2")] public partial class Net;""",
            "SAM0004",
            """Layer<Bend>("bend", Output = "2 x 2")""",
            "'2 x 2' is not a shape");
        await VerifyNone(Bend + """[Model("20"), Linear("fc", 4), Layer<Bend>("bend", Output = "2x2")] public partial class Net;""");
    }

    [Fact]
    public async Task AModelWithoutParameters_IsReported()
    {
        await Verify("""[Model("20"), Relu, Dropout(0.5f)] public partial class Net;""", "SAM0005", """Model("20")""", "'Net' has no layer with parameters");
        await Verify("""[Model("20")] public partial class Net;""", "SAM0005", """Model("20")""");
        await Verify(Bend + """[Model("20"), Layer<Bend>("bend")] public partial class Net;""", "SAM0005", """Model("20")""");
    }

    [Fact]
    public async Task LayersInTwoDeclarations_AreReported()
    {
        await Verify(
            """[Model("20"), Linear("fc1", 5)] public partial class Net; [Linear("fc2", 5)] public partial class Net;""", "SAM0006", """Linear("fc2", 5)""", "'Net'");
        await VerifyNone("""[Model("20"), Linear("fc1", 5)] public partial class Net; [System.Obsolete] public partial class Net;""");
    }

    [Fact]
    public async Task LayersWithoutAModel_AreReported()
    {
        await Verify("""[Relu, Linear("fc1", 5)] public partial class Net;""", "SAM0007", "Relu", "'Net' has layers but is no model");
        await VerifyNone("""[System.Obsolete] public partial class Net;""");
    }

    [Theory]
    [InlineData("a b", "is not a name")]
    [InlineData("", "is not a name")]
    [InlineData("output", "makes the property Output")]
    [InlineData("parameters", "makes the property Parameters")]
    [InlineData("dispose", "makes the property Dispose")]
    [InlineData("get_type", "makes the property GetType")]
    [InlineData("net", "makes the property Net")]
    [InlineData("mine", "makes the property Mine")]
    public Task ALayerNameThatCannotBeAProperty_IsReported(string name, string message) => Verify(
        $$"""[Model("20"), Linear("{{name}}", 5)] public partial class Net { public int Mine; }""", "SAM0008", $"Linear(\"{name}\", 5)", message);

    [Fact]
    public async Task NamesThatMakeTheSameProperty_AreReported()
    {
        await Verify("""[Model("20"), Linear("fc", 5), Relu, Linear("fc", 3)] public partial class Net;""", "SAM0009", """Linear("fc", 3)""", "property Fc");
        await Verify("""[Model("20"), Linear("fc_1", 5), Linear("fc1", 3)] public partial class Net;""", "SAM0009", """Linear("fc1", 3)""");
        await Verify("""[Model("20"), Linear("fc", 5), Linear("fc_parameters", 3)] public partial class Net;""", "SAM0009", """Linear("fc_parameters", 3)""");
        await VerifyNone("""[Model("20"), Linear("fc1", 5), Linear("fc11", 3), Linear("1", 3), Linear("11", 3)] public partial class Net { public int Mine; }""");
    }

    [Fact]
    public async Task FullNamesThatAreTheSame_AreReported()
    {
        const string Pair = """[Block, Linear("0", 5)] public class Pair; """;
        await Verify(Pair + """[Model("20"), Linear("fc.0", 5), Use<Pair>("fc", 5)] public partial class Net;""", "SAM0009", """Use<Pair>("fc", 5)""", "'fc' makes the full name fc.0");
        await Verify(Pair + """[Model("20"), Use<Pair>("fc", 5), Linear("fc.0", 5)] public partial class Net;""", "SAM0009", """Linear("fc.0", 5)""");
        await Verify(Pair + """[Block, Linear("fc.0", 5), Use<Pair>("fc", 5)] public class Outer;""", "SAM0009", """Use<Pair>("fc", 5)""", "another layer of 'Outer'");
        await Verify(
            """[Block, Conv2d("0", 4, 1)] public class One; [Block, Use<One>("down", 4), Conv2d("a", 5, 1), AddShortcut(Projection = "down")] public class Res;""",
            "SAM0009",
            """AddShortcut(Projection = "down")""",
            "'down.0' makes the full name down.0");
        await VerifyNone(Pair + """[Model("20"), Linear("fc.1", 5), Use<Pair>("fc", 5), Use<Pair>("fc0", 5)] public partial class Net;""");
        IReadOnlyList<Diagnostic> reports = await Compile.Analyze(Using(
            Pair + """[Block, Linear("fc.0", 5), Use<Pair>("fc", 5)] public class Outer; [Model("20"), Use<Outer>("o", 5)] public partial class Net;"""));
        Assert.Equal(["SAM0009", "SAM0014"], reports.Select(static r => r.Id).Order(StringComparer.Ordinal));
        Assert.Contains("two layers of the name 'fc.0'", reports.Single(static r => r.Id == "SAM0014").GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("""Linear("fc", 2000000)""", "the number 2000000")]
    [InlineData("""Linear("fc", 1048576)""", "the number 1048576")]
    [InlineData("""Linear("fc", 1 << 21)""", "the number 2097152")]
    [InlineData("""Linear("fc", Block.Channels / 32)""", "the number 524288")]
    [InlineData("""Linear("fc", Block.Channels - Block.Channels)""", "the number 0")]
    [InlineData("""Linear("fc", Block.Channels / 3)""", "the number 5592405")]
    [InlineData("""Linear("fc", Block.Channels + 1)""", "the number 16777217")]
    [InlineData("""MaxPool2d(3, Stride = Block.Stride / 2)""", "MaxPool2d: the number 357913941")]
    [InlineData("""MaxPool2d(3, Stride = Block.Stride * 2)""", "the number 1431655766")]
    [InlineData("""MaxPool2d(3, Stride = Block.Stride - 1)""", "the number 715827882")]
    public Task ANumberOfABlockThatIsNone_IsReported(string layer, string message) => Verify($"[Block, {layer}] public class Res;", "SAM0017", layer, message);

    [Fact]
    public Task NumbersOfABlock_AreSizesStridesAndShares() => VerifyNone(
        """
        public static class My { public const int Channels = 64, Twice = Block.Channels * 2; }
        [Block, Conv2d("a", My.Channels, 3, Stride = Sam.Layers.Block.Stride), Conv2d("b", Block.Channels / 16 * 3, 3), Conv2d("c", My.Twice, 1, Padding = 0)]
        public class Res;
        """);

    [Theory]
    [InlineData("""Conv2d("conv", 0, 3)""", "channels is 0; write a number of at least 1")]
    [InlineData("""Conv2d("conv", 4, -1)""", "kernel height is -1")]
    [InlineData("""Conv2d("conv", 4, 3, 0)""", "kernel width is 0")]
    [InlineData("""Conv2d("conv", 4, 3, Stride = 0)""", "stride is 0")]
    [InlineData("""Conv2d("conv", 4, 3, StrideWidth = -2)""", "stride is -2")]
    [InlineData("""Conv2d("conv", 4, 3, Padding = -1)""", "padding is -1; write a number of at least 0")]
    [InlineData("""Conv2d("conv", 4, 3, Dilation = 0)""", "dilation is 0")]
    [InlineData("""Conv2d("conv", 4, 3, Groups = 0)""", "Groups is 0")]
    [InlineData("""Conv2d("conv", 4, 3, Groups = 3)""", "does not divide the 4 channels of the output")]
    [InlineData("""Conv2d("conv", 4, 3, Initializer = InitializerKind.Constant)""", "Initializer is Constant")]
    [InlineData("""MaxPool2d(0)""", "MaxPool2d: kernel height is 0")]
    [InlineData("""MaxPool2d(2, Stride = 0)""", "stride is 0")]
    [InlineData("""MaxPool2d(2, Padding = 2)""", "more than half the kernel of 2x2")]
    [InlineData("""AvgPool2d(2, Padding = -1)""", "padding is -1")]
    [InlineData("""Dropout(1f)""", "the probability is 1; write a number from 0 to below 1")]
    [InlineData("""Dropout(-0.1f)""", "the probability is -0.1")]
    [InlineData("""Dropout(float.NaN)""", "the probability is NaN")]
    [InlineData("""Linear("lin", 0)""", "Linear 'lin': features is 0")]
    public Task ASizeOutOfRange_IsReported(string layer, string message) =>
        Verify($$"""[Model("4x9x9"), {{layer}}, Flatten, Linear("fc", 5)] public partial class Net;""", "SAM0010", layer, message);

    [Theory]
    [InlineData("3x32x32", """Linear("lin", 5)""", "Linear 'lin' does not fit its input of 3x32x32: it takes one dimension; write Flatten in front of it, which makes 3072 features")]
    [InlineData("2x3x3", """Conv2d("conv", 4, 5)""", "its input of 2x3x3: the kernel spans 5x5, the padded input only 3x3")]
    [InlineData("2x3x9", """Conv2d("conv", 4, 3, Dilation = 2, PaddingWidth = 1)""", "the kernel spans 5x5, the padded input only 3x11")]
    [InlineData("20", """Conv2d("conv", 4, 5)""", "its input of 20: it takes channels, rows and columns")]
    [InlineData("3x8x8", """Conv2d("conv", 4, 3, Groups = 2)""", "Groups is 2, which does not divide its 3 channels")]
    [InlineData("20", """MaxPool2d(2)""", "its input of 20: it takes channels, rows and columns")]
    [InlineData("2x1x4", """AvgPool2d(2)""", "the kernel spans 2x2, the padded input only 1x4")]
    [InlineData("2x8x8", """Conv2d("conv", 2147483647, 3)""", "more than 2147483647 elements")]
    [InlineData("65536", """Linear("lin", 65536)""", "more than 2147483647 elements")]
    [InlineData("2x8x8", """Conv2d("conv", 4, 3, Padding = 2147483647)""", "the padded input is too large")]
    public Task ALayerThatDoesNotFitItsInput_IsReported(string shape, string layer, string message) =>
        Verify($$"""[Model("{{shape}}"), {{layer}}, Flatten, Linear("fc", 5)] public partial class Net;""", "SAM0011", layer, message);

    [Theory]
    [InlineData("""LayerParameter("a b", "C")""", "'a b' is not a name for a parameter")]
    [InlineData("""LayerParameter("equals", "C")""", "'equals' is not a name for a parameter")]
    [InlineData("""LayerParameter("slope", "")""", "the shape of 'slope' is \"\"")]
    [InlineData("""LayerParameter("slope", "CxK")""", "the shape of 'slope' is \"CxK\", and the layer's input is 20")]
    [InlineData("""LayerParameter("slope", "0")""", "the shape of 'slope' is \"0\"")]
    [InlineData("""LayerParameter("slope", "HxW")""", "H and W are there for inputs of channels, rows and columns")]
    [InlineData("""LayerParameter("slope", "C", FanIn = "H")""", "FanIn of 'slope' is \"H\"")]
    [InlineData("""LayerParameter("slope", "C"), LayerParameter("slope", "N")""", "'slope' is there twice")]
    public Task ALayerParameterThatCannotBeComputed_IsReported(string attribute, string message) => Verify(
        $"[{attribute}] {Bend}" + """[Model("20"), Layer<Bend>("bend")] public partial class Net;""", "SAM0012", """Layer<Bend>("bend")""", message);

    [Fact]
    public Task ALayerParameterOfRowsAndColumns_FitsAnImage() => VerifyNone(
        """[LayerParameter("slope", "CxHxW"), LayerParameter("mix", "3xN", FanIn = "CxHxW")] """ + Bend + """[Model("2x3x4"), Layer<Bend>("bend")] public partial class Net;""");

    [Fact]
    public Task AFileLocalLayerType_IsReported() => Verify(
        Bend.Replace("public readonly", "file readonly") + """[Model("20"), Linear("fc", 5), Layer<Bend>("bend")] public partial class Net;""",
        "SAM0013",
        """Layer<Bend>("bend")""",
        "'Bend' is file-local");

    [Fact]
    public Task AModelWithEveryKindOfLayer_IsRight() => VerifyNone(
        "[LayerParameter(\"slope\", \"C\")] " + Bend + """
        [Model("3x16x16")]
        [Conv2d("conv1", 6, 3, 5, StrideHeight = 2, PaddingWidth = 1, Dilation = 2, Groups = 3), Relu, MaxPool2d(2, 1, Stride = 1, Padding = 0), Gelu(Approximate = true)]
        [AvgPool2d(2, CountIncludePad = false), Silu, Layer<Bend>("bend"), Dropout(0.1f), Flatten, Tanh, Linear("fc", 4, Bias = false), Sigmoid]
        public partial class Net;
        """);

    [Fact]
    public Task NamesThatAreKeywords_AreRight() =>
        VerifyNone("""namespace @event.@in; public partial class @class { [Model("20"), Linear("new", 5)] internal partial class @public; }""");

    [Theory]
    [InlineData("public class Res;", "'Res' is no block; write [Block]")]
    [InlineData("[Block] public class Res;", "'Res' has no layers")]
    public Task AUseOfWhatIsNoBlock_IsReported(string block, string message) =>
        Verify(block + """ [Model("4"), Use<Res>("r", 4), Linear("fc", 5)] public partial class Net;""", "SAM0014", """Use<Res>("r", 4)""", message);

    [Fact]
    public async Task ABlockThatUsesItself_IsReportedWhereItIsUsedAndInItself()
    {
        IReadOnlyList<Diagnostic> reports = await Compile.Analyze(Using(
            """[Block, Linear("a", 4), Use<Two>("b", 4)] public class One; [Block, Use<One>("c", 4)] public class Two; [Model("4"), Use<One>("r", 4)] public partial class Net;"""));
        Assert.Equal(["SAM0014", "SAM0014", "SAM0014"], reports.Select(static r => r.Id));
        Assert.Equal("""Use<One>("r", 4)""", Compile.Underlined(reports[2]));
        Assert.Contains("uses itself", reports[2].GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("AddShortcut")]
    [InlineData("StartShortcut")]
    public Task AShortcutOutsideABlock_IsReported(string layer) =>
        Verify($$"""[Model("4"), Linear("fc", 4), {{layer}}] public partial class Net;""", "SAM0015", layer, $"{layer} stands in model 'Net'");

    [Theory]
    [InlineData("""Linear("fc", Block.Channels)""")]
    [InlineData("""Linear("fc", Block.Channels * 4)""")]
    [InlineData("""Use<BasicBlock>("layer1", 4, Stride = Block.Stride)""")]
    public Task ABlocksConstantInAModel_IsReported(string layer) =>
        Verify($$"""[Model("4"), {{layer}}] public partial class Net;""", "SAM0016", layer, "'Net' is a model, so write the number");

    [Theory]
    [InlineData("4x8x8", """Use<BasicBlock>("r", 0)""", "SAM0010", "channels is 0")]
    [InlineData("4x8x8", """Use<BasicBlock>("r", 4, Stride = -1)""", "SAM0010", "Stride is -1")]
    [InlineData("4x8x8", """Use<Third>("r", 4)""", "SAM0010", "in it Conv2d 'conv': channels is 0")]
    [InlineData("9", """Use<BasicBlock>("r", 4)""", "SAM0011", "in it Conv2d 'conv1' does not fit its input of 9: it takes channels, rows and columns")]
    [InlineData("4x8x8", """Use<Plain>("r", 5)""", "SAM0011", "AddShortcut adds 4x8x8 to 5x8x8; write Projection")]
    [InlineData("4x8x8", """Use<Shrink>("r", 4)""", "SAM0011", "AddShortcut cannot project 4x8x8 to 4x6x6: a convolution of 1x1 with the branch's stride of 1x1 makes 8x8")]
    [InlineData("4x7x9", """Use<Halve>("r", 4)""", "SAM0011", "AddShortcut cannot project 4x7x9 to 4x3x4: a convolution of 1x1 with the branch's stride of 2x2 makes 4x5")]
    [InlineData("4x8x8", """Use<Squeeze>("r", 5)""", "SAM0011", "a layer without a stride that changes rows or columns; write the projection's Stride")]
    [InlineData("4x8x8", """Use<Own>("r", 4, Stride = 3)""", "SAM0011", "with the stride of 3x3 makes 3x3")]
    [InlineData("4x8x8", """Use<Zero>("r", 5)""", "SAM0010", "in it AddShortcut: Stride is 0")]
    [InlineData("4x8x8", """Use<Outer>("r", 5)""", "SAM0011", "in it Use<Plain> 'inner' does not fit its input of 4x8x8: AddShortcut adds")]
    public Task AUseThatDoesNotFit_IsReportedWithTheLayerInIt(string shape, string layer, string id, string message) => Verify(
        """
        [Block, Conv2d("conv", Block.Channels / 8, 3)] public class Third;
        [Block, Conv2d("conv", Block.Channels, 3, Padding = 1), AddShortcut] public class Plain;
        [Block, Conv2d("conv", Block.Channels, 3), AddShortcut(Projection = "down")] public class Shrink;
        [Block, Conv2d("conv", Block.Channels, 2, Stride = 2), AddShortcut(Projection = "down")] public class Halve;
        [Block, Conv2d("conv", Block.Channels, 1), AdaptiveAvgPool2d(4, 4), AddShortcut(Projection = "down")] public class Squeeze;
        [Block, Conv2d("conv", Block.Channels, 5), AddShortcut(Projection = "down", Stride = Block.Stride)] public class Own;
        [Block, Conv2d("conv", Block.Channels, 1), AddShortcut(Projection = "down", Stride = 0)] public class Zero;
        [Block, Use<Plain>("inner", Block.Channels)] public class Outer;
        """ + $$"""[Model("{{shape}}"), {{layer}}, Flatten, Linear("fc", 5)] public partial class Net;""",
        id,
        layer,
        message);

    [Fact]
    public Task AProjectionWithAStrideOfItsOwn_Fits() => VerifyNone(
        """
        [Block, Conv2d("conv", Block.Channels, 1), AdaptiveAvgPool2d(4, 4), AddShortcut(Projection = "down", Stride = 2)] public class Squeeze;
        [Model("4x8x8"), Use<Squeeze>("r", 5), Flatten, Linear("fc", 5)] public partial class Net;
        """);

    [Fact]
    public async Task NamesInABlock_AreChecked()
    {
        await Verify("""[Block, Linear("a b", 4)] public class Res;""", "SAM0008", """Linear("a b", 4)""", "is not a name for a layer of a block");
        await Verify("""[Block, Linear("to_string", 4)] public class Res;""", "SAM0008", """Linear("to_string", 4)""");
        await Verify("""[Block, Linear("a", 4), Linear("a", 4)] public class Res;""", "SAM0009", """Linear("a", 4)""", "property A");
        await Verify("""[Block, Conv2d("down.0", 4, 3), AddShortcut(Projection = "down")] public class Res;""", "SAM0009", """AddShortcut(Projection = "down")""");
        IReadOnlyList<Diagnostic> reports = await Compile.Analyze(Using("""[Block, Linear("a b", 4)] public class Res; [Model("4"), Use<Res>("r", 4)] public partial class Net;"""));
        Assert.Equal(["SAM0008", "SAM0014"], reports.Select(static r => r.Id));
        await Verify("""[Block, Linear("a", 4)] public partial class Res; [Linear("b", 4)] public partial class Res;""", "SAM0006", """Linear("b", 4)""", "'Res'");
    }

    [Fact]
    public async Task NamesOfABlockUsedWithoutOne_AreNamesOfTheModel()
    {
        await Verify("""[Block, Linear("a", 4)] public class Res; [Model("4"), Linear("a", 4), Use<Res>("", 4)] public partial class Net;""", "SAM0009", """Use<Res>("", 4)""", "property A");
        await Verify("""[Block, Linear("output", 4)] public class Res; [Model("4"), Use<Res>("", 4)] public partial class Net;""", "SAM0008", """Use<Res>("", 4)""", "property Output");
        await VerifyNone("""[Block, Linear("output", 4)] public class Res; [Model("4"), Use<Res>("res", 4), Linear("a", 3)] public partial class Net;""");
    }

    [Theory]
    [InlineData("4x8x8", """BatchNorm1d("n")""", "SAM0011", "write BatchNorm2d")]
    [InlineData("4", """BatchNorm2d("n")""", "SAM0011", "write BatchNorm1d")]
    [InlineData("4x8x8", """GroupNorm("n", 3)""", "SAM0011", "3 groups do not divide its 4 channels")]
    [InlineData("4", """LayerNorm("n", Dimensions = 2)""", "SAM0011", "Dimensions is 2, and the input has 1")]
    [InlineData("4", "GlobalAvgPool2d", "SAM0011", "it takes channels, rows and columns")]
    [InlineData("4", """BatchNorm1d("n", Epsilon = 0)""", "SAM0010", "Epsilon is 0")]
    [InlineData("4", """BatchNorm1d("n", Momentum = 1.5f)""", "SAM0010", "Momentum is 1.5")]
    [InlineData("4", """BatchNorm1d("n", Momentum = float.NaN)""", "SAM0010", "Momentum is NaN")]
    [InlineData("4", """LayerNorm("n", Dimensions = 0)""", "SAM0010", "Dimensions is 0")]
    [InlineData("4", """LayerNorm("n", Epsilon = float.PositiveInfinity)""", "SAM0010", "Epsilon is")]
    [InlineData("4", """GroupNorm("n", 0)""", "SAM0010", "groups is 0")]
    [InlineData("4x8x8", "AdaptiveAvgPool2d(0, 2)", "SAM0010", "height is 0")]
    public Task ANormalisationThatDoesNotFit_IsReported(string shape, string layer, string id, string message) =>
        Verify($$"""[Model("{{shape}}"), {{layer}}, Flatten, Linear("fc", 5)] public partial class Net;""", id, layer, message);

    [Fact]
    public async Task SeveralMistakes_AreReportedTogether()
    {
        IReadOnlyList<Diagnostic> reports = await Compile.Analyze(Using("""[Model("4x9x9"), Conv2d("conv", 0, 3), MaxPool2d(0), Linear("conv", 3)] public class Net;"""));
        Assert.Equal(["SAM0001", "SAM0010", "SAM0010", "SAM0009"], reports.Select(static r => r.Id));
    }

    [Fact]
    public void EveryRule_HasAPageAndALineInTheReleaseFile()
    {
        string releases = File.ReadAllText(Path.Combine(Repository.Root, "src", "Sam.Generators", "AnalyzerReleases.Unshipped.md"));
        foreach (DiagnosticDescriptor rule in new Generators.Diagnostics.ModelAnalyzer().SupportedDiagnostics)
        {
            string page = File.ReadAllText(Path.Combine(Repository.Root, rule.HelpLinkUri));
            Assert.StartsWith($"# {rule.Id}: {rule.Title}\n", page);
            Assert.Contains("## Cause\n", page);
            Assert.Contains("## Example\n", page);
            Assert.Contains("## Fix\n", page);
            Assert.Contains($"{rule.Id} | {rule.Category} | Error | {rule.Title}\n", releases);
        }
    }

    private static async Task Verify(string source, string id, string underlined, string message = "")
    {
        Diagnostic report = Assert.Single(await Compile.Analyze(Using(source)));
        Assert.Equal(id, report.Id);
        Assert.Equal(DiagnosticSeverity.Error, report.Severity);
        Assert.Equal(underlined, Compile.Underlined(report));
        Assert.Contains(message, report.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task VerifyNone(string source) => Assert.Empty(await Compile.Analyze(Using(source)));

    private static string Using(string source) => "using Sam.Layers; using Sam.Native;\n" + source;
}
