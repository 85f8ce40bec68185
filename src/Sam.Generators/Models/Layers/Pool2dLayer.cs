using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>The maximum or the mean over windows.</summary>
internal sealed record Pool2dLayer(
    bool Average,
    int KernelHeight,
    int KernelWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight,
    int PaddingWidth,
    bool CountIncludePad,
    bool CeilMode) : Layer("")
{
    public override string Kind => Average ? "AvgPool2d" : "MaxPool2d";

    public override string Description => $"{Kind}({Window.Pair(KernelHeight, KernelWidth)}"
        + (StrideHeight == KernelHeight && StrideWidth == KernelWidth ? "" : Window.Unless("stride", StrideHeight, StrideWidth, 0))
        + Window.Unless("padding", PaddingHeight, PaddingWidth, 0)
        + (CeilMode ? ", rounded up" : "")
        + (CountIncludePad ? ")" : ", padding not counted)");

    // The maxima are found again in the input; a mean needs neither.
    public override bool BackwardReadsInput => !Average;

    public static Pool2dLayer Read(AttributeArguments arguments, bool average)
    {
        int height = arguments.Int(0), width = arguments.Count > 1 ? arguments.Int(1) : height;
        int padding = arguments.Named("Padding", 0);
        return new Pool2dLayer(
            average,
            height,
            width,
            arguments.Named("StrideHeight", arguments.Named("Stride", height)),
            arguments.Named("StrideWidth", arguments.Named("Stride", width)),
            arguments.Named("PaddingHeight", padding),
            arguments.Named("PaddingWidth", padding),
            arguments.Named("CountIncludePad", true),
            arguments.Named("CeilMode", false));
    }

    public override string? WrongSize() => TooSmall(
        ("kernel height", KernelHeight, 1),
        ("kernel width", KernelWidth, 1),
        ("stride", Math.Min(StrideHeight, StrideWidth), 1),
        ("padding", Math.Min(PaddingHeight, PaddingWidth), 0))
        ?? (PaddingHeight <= KernelHeight / 2 && PaddingWidth <= KernelWidth / 2
            ? null
            : $"padding is {Window.Pair(PaddingHeight, PaddingWidth)}, more than half the kernel of {Window.Pair(KernelHeight, KernelWidth)}; "
                + "write at most half of it");

    public override string? Misfit(Sizes input) => input.Rank != 3
        ? Window.NotAnImage
        : Window.Misfit(input, KernelHeight, KernelWidth, PaddingHeight, PaddingWidth);

    public override Sizes Output(Sizes input) => new(
        input[0],
        Window.Outputs(input[1], KernelHeight, StrideHeight, PaddingHeight, Overhangs(input).Rows),
        Window.Outputs(input[2], KernelWidth, StrideWidth, PaddingWidth, Overhangs(input).Columns));

    public override Strides? Steps(Sizes input) => new(StrideHeight, StrideWidth);

    public override void Forward(Program program, Node node) => program.Call(
        Average ? "AvgPool2dForward" : "MaxPool2dForward",
        [Shape(node), Argument.Batch, .. Counting(), Argument.Read(node.Input), Argument.Write(node.Output)]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        if (!node.Input.NeedsGradient)
        {
            return;
        }

        Gradient input = program.NewGradient(node.Input, masked: true);
        if (Average)
        {
            program.Call(
                "AvgPool2dBackward",
                [Shape(node), Argument.Batch, .. Counting(), Argument.Read(gradient), Argument.Write(input), Argument.Mask(node.Input)]);
        }
        else
        {
            program.Call(
                "MaxPool2dBackward",
                [Shape(node), Argument.Batch, Argument.Read(node.Input), Argument.Read(gradient), Argument.Write(input), Argument.Text(Literal.Of(node.Input.WantsMask))]);
        }

        program.Deposit(node.Input, input);
    }

    private Argument[] Counting() => Average ? [Argument.Text(Literal.Of(CountIncludePad))] : [];

    private (int Rows, int Columns) Overhangs(Sizes input) => CeilMode
        ? (Window.Overhang(input[1], KernelHeight, StrideHeight, PaddingHeight), Window.Overhang(input[2], KernelWidth, StrideWidth, PaddingWidth))
        : (0, 0);

    private Argument Shape(Node node)
    {
        (int rows, int columns) = Overhangs(node.Input.Shape);
        return Argument.Text($"new {Names.Native}Pool2dShape("
            + $"{node.Input.Shape}".Replace("x", ", ")
            + $", {Literal.Of(KernelHeight)}, {Literal.Of(KernelWidth)}, {Literal.Of(StrideHeight)}, {Literal.Of(StrideWidth)}"
            + $", {Literal.Of(PaddingHeight)}, {Literal.Of(PaddingWidth)}"
            + (rows + columns == 0 ? ")" : $", {Literal.Of(rows)}, {Literal.Of(columns)})"));
    }
}
