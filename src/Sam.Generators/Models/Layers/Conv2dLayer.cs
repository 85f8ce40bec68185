using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>A two-dimensional convolution.</summary>
internal sealed record Conv2dLayer(
    string Name,
    int Channels,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight,
    int PaddingWidth,
    int DilationHeight,
    int DilationWidth,
    int Groups,
    bool Bias,
    string Initializer = "KaimingUniform") : Layer(Name)
{
    public override bool HasName => true;

    public override string Kind => "Conv2d";

    public override string Description => "Conv2d("
        + $"{Literal.Of(Channels)}, {Window.Pair(KernelHeight, KernelWidth)}"
        + Window.Unless("stride", StrideHeight, StrideWidth, 1)
        + Window.Unless("padding", PaddingHeight, PaddingWidth, 0)
        + Window.Unless("dilation", DilationHeight, DilationWidth, 1)
        + (Groups == 1 ? "" : $", groups {Literal.Of(Groups)}")
        + (Bias ? ")" : ", no bias)");

    public override bool FusesRelu => true;

    public override bool BackwardReadsInput => true;

    public static Conv2dLayer Read(AttributeArguments arguments)
    {
        int stride = arguments.Named("Stride", 1), padding = arguments.Named("Padding", 0), dilation = arguments.Named("Dilation", 1);
        int kernel = arguments.Int(2);
        return new Conv2dLayer(
            arguments.Text(0),
            arguments.Int(1),
            kernel,
            arguments.Count > 3 ? arguments.Int(3) : kernel,
            arguments.Named("StrideHeight", stride),
            arguments.Named("StrideWidth", stride),
            arguments.Named("PaddingHeight", padding),
            arguments.Named("PaddingWidth", padding),
            arguments.Named("DilationHeight", dilation),
            arguments.Named("DilationWidth", dilation),
            arguments.Named("Groups", 1),
            arguments.Named("Bias", true),
            arguments.NamedMember("Initializer", "KaimingUniform"));
    }

    public override string? WrongSize() => TooSmall(
        ("channels", Channels, 1),
        ("kernel height", KernelHeight, 1),
        ("kernel width", KernelWidth, 1),
        ("stride", Math.Min(StrideHeight, StrideWidth), 1),
        ("padding", Math.Min(PaddingHeight, PaddingWidth), 0),
        ("dilation", Math.Min(DilationHeight, DilationWidth), 1),
        ("Groups", Groups, 1))
        ?? (Channels % Groups == 0
            ? null
            : $"Groups is {Literal.Of(Groups)}, which does not divide the {Literal.Of(Channels)} channels of the output; write a divisor of them")
        ?? (Initializer == "Constant" ? "Initializer is Constant, and there is no constant to give it; write KaimingUniform or KaimingNormal" : null);

    public override string? Misfit(Sizes input)
    {
        if (input.Rank != 3)
        {
            return Window.NotAnImage;
        }

        if (input[0] % Groups != 0)
        {
            return $"Groups is {Literal.Of(Groups)}, which does not divide its {Literal.Of(input[0])} channels; write a divisor of them";
        }

        return Window.Misfit(
            input, Window.Span(KernelHeight, DilationHeight), Window.Span(KernelWidth, DilationWidth), PaddingHeight, PaddingWidth);
    }

    public override Sizes Output(Sizes input) => new(
        Channels,
        Window.Outputs(input[1], Window.Span(KernelHeight, DilationHeight), StrideHeight, PaddingHeight),
        Window.Outputs(input[2], Window.Span(KernelWidth, DilationWidth), StrideWidth, PaddingWidth));

    public override Strides? Steps(Sizes input) => new(StrideHeight, StrideWidth);

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input)
    {
        Sizes shape = new(Channels, input[0] / Groups, KernelHeight, KernelWidth);
        string fanIn = Literal.Of(shape.Count / Channels);
        ParameterDeclaration weight = Initializer switch
        {
            "KaimingNormal" => new("weight", shape, "Weight", Initializer, Literal.Of((long)Channels * KernelHeight * KernelWidth)),
            _ => new("weight", shape, "Weight", Initializer, fanIn),
        };
        return Bias ? [weight, new("bias", new Sizes(Channels), "Bias", "KaimingUniform", fanIn)] : [weight];
    }

    public override void Forward(Program program, Node node) => program.Call(
        "Conv2dForward",
        [
            Shape(node), Argument.Batch, Argument.Read(node.Input), Argument.Weights(node.Parameters[0]), node.WeightsOrNull(1),
            Argument.Write(node.Output), Argument.Activation(node.ActivationName),
        ]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        program.CallForParameters(
            "Conv2dBackwardWeight",
            [
                Shape(node), Argument.Batch, program.ReadAgain(node.Input), Argument.Read(gradient), Argument.Gradients(node.Parameters[0]),
                node.GradientsOrNull(1), Argument.Accumulate,
            ]);
        if (node.Input.NeedsGradient)
        {
            // What another layer gave the input before is added to where it lies.
            Gradient? deposited = program.Deposited(node.Input);
            Gradient input = deposited ?? program.NewGradient(node.Input, masked: true);
            program.CallFor(
                node.Input,
                "Conv2dBackwardInput",
                [
                    Shape(node), Argument.Batch, Argument.Read(gradient), Argument.Weights(node.Parameters[0]), Argument.Write(input),
                    Argument.Mask(node.Input), Argument.Text(deposited is null ? "false" : "true"),
                ]);
            if (deposited is null)
            {
                program.Deposit(node.Input, input);
            }
            else
            {
                deposited.IsMasked = node.Input.WantsMask || (deposited.IsMasked && !node.Input.IsRectified);
                node.Fuse("sum of gradients");
            }
        }
    }

    /// <summary>The expression of the convolution's sizes.</summary>
    public string ShapeText(Node node)
    {
        Sizes input = node.Input.Shape;
        return $"new {Names.Native}Conv2dShape("
            + $"{input}".Replace("x", ", ")
            + $", {Literal.Of(Channels)}, {Literal.Of(KernelHeight)}, {Literal.Of(KernelWidth)}"
            + $", {Literal.Of(StrideHeight)}, {Literal.Of(StrideWidth)}, {Literal.Of(PaddingHeight)}, {Literal.Of(PaddingWidth)}"
            + $", {Literal.Of(DilationHeight)}, {Literal.Of(DilationWidth)}, {Literal.Of(Groups)})";
    }

    private Argument Shape(Node node) => Argument.Text(ShapeText(node));
}
