using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>Drops elements in training.</summary>
internal sealed record DropoutLayer(float Probability) : Layer("")
{
    public override string Kind => "Dropout";

    public override string Description => $"Dropout({Literal.Short(Probability)})";

    public override bool IsView => Probability == 0;

    public override bool RunsInPlace => true;

    // What is dropped becomes zero and so does its gradient; what stays keeps its sign, being divided by a number below 1.
    public override bool KeepsMask => true;

    public override string? WrongSize() => Probability is >= 0 and < 1
        ? null
        : $"the probability is {Literal.Short(Probability)}; write a number from 0 to below 1";

    public override void Forward(Program program, Node node)
    {
        program.Call("Dropout", [.. Stream(node), Argument.Read(node.Input), Argument.Write(node.Output)], Condition.Training);
        if (node.Input.Storage != node.Output.Storage)
        {
            program.Call(
                "Copy",
                [Argument.Elements(node.Input), Argument.Read(node.Input), Argument.Write(node.Output)], Condition.Evaluation);
        }
    }

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        if (node.Input.NeedsGradient)
        {
            gradient = program.Own(gradient, node.Output);
            program.Call("Dropout", [.. Stream(node), Argument.Read(gradient), Argument.Write(gradient)], Condition.Training);
            program.Deposit(node.Input, gradient.PassOn(gradient.IsMasked && node.Output.IsRectified));
        }
    }

    private Argument[] Stream(Node node) =>
    [
        Argument.Text(Literal.Of(Probability)),
        Argument.Text($"pass.Random({Literal.Of(node.Index)}u, {Literal.Of(node.Input.Storage.Count)})"),
        Argument.Elements(node.Input),
    ];
}
