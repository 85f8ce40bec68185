using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>The sum of a block's branch and its shortcut. Its projection, where one is needed, is laid out in front of it.</summary>
/// <param name="Projection">Name of the projection, or null for none.</param>
/// <param name="Normalize">Whether the projection ends with a batch normalisation.</param>
/// <param name="Stride">The projection's stride, or null for the branch's.</param>
internal sealed record AddShortcutLayer(string? Projection, bool Normalize, int? Stride) : Layer("")
{
    public override string Kind => "AddShortcut";

    public override bool FusesRelu => true;

    public override bool RunsInPlace => true;

    public override string? WrongSize() => TooSmall(("Stride", Stride ?? 1, 1));

    public override void Forward(Program program, Node node) => program.Call(
        "AddForward",
        [
            Argument.Activation(node.ActivationName),
            Argument.Elements(node.Input),
            Argument.Read(node.Input),
            Argument.Read(node.Shortcut!),
            Argument.Write(node.Output),
        ]);

    // The gradient of both addends is the sum's: nothing is computed, but two now read one memory.
    public override void Backward(Program program, Node node, Gradient gradient)
    {
        bool both = node.Input.NeedsGradient && node.Shortcut!.NeedsGradient;
        foreach (Tensor addend in new[] { node.Input, node.Shortcut! }.Where(static a => a.NeedsGradient))
        {
            Gradient part = gradient.PassOn(masked: false);
            part.IsShared |= both;
            program.Deposit(addend, part);
        }
    }
}
