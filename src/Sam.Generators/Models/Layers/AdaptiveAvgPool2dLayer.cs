using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>Average pooling to a given size, or to one value a channel.</summary>
internal sealed record AdaptiveAvgPool2dLayer(int Height, int Width, bool IsGlobal) : Layer("")
{
    public override string Kind => IsGlobal ? "GlobalAvgPool2d" : "AdaptiveAvgPool2d";

    public override string Description => IsGlobal ? Kind : $"{Kind}({Window.Pair(Height, Width)})";

    public override string? WrongSize() => TooSmall(("height", Height, 1), ("width", Width, 1));

    public override string? Misfit(Sizes input) => input.Rank == 3
        ? null
        : "it takes channels, rows and columns, such as 3x32x32; put it in front of Flatten and Linear, or write such a shape in Model";

    public override Sizes Output(Sizes input) => IsGlobal ? new(input[0]) : new(input[0], Height, Width);

    public override void Forward(Program program, Node node) =>
        program.Call("AdaptiveAvgPool2dForward", [.. Counts(node), Argument.Read(node.Input), Argument.Write(node.Output)]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        if (node.Input.NeedsGradient)
        {
            Gradient input = program.NewGradient(node.Input, masked: true);
            program.Call("AdaptiveAvgPool2dBackward", [.. Counts(node), Argument.Read(gradient), Argument.Write(input), Argument.Mask(node.Input)]);
            program.Deposit(node.Input, input);
        }
    }

    private Argument[] Counts(Node node)
    {
        Sizes input = node.Input.Shape;
        return
        [
            Argument.Text($"batch * {Literal.Of(input[0])}"),
            Argument.Text(Literal.Of(input[1])),
            Argument.Text(Literal.Of(input[2])),
            Argument.Text(Literal.Of(Height)),
            Argument.Text(Literal.Of(Width)),
        ];
    }
}
