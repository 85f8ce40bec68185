using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>Group normalisation over groups of channels.</summary>
internal sealed record GroupNormLayer(string Name, int Groups, float Epsilon, bool Affine) : Layer(Name)
{
    // The sums of a group's channels have to fit the scratch memory of a worker.
    private const int MaximumGroupChannels = 1 << 18;

    public override bool HasName => true;

    public override string Kind => "GroupNorm";

    public override string Description => $"{Kind}({Literal.Of(Groups)})";

    public override bool BackwardReadsInput => true;

    public static GroupNormLayer Read(AttributeArguments arguments) =>
        new(arguments.Text(0), arguments.Int(1), arguments.Named("Epsilon", 1e-5f), arguments.Named("Affine", true));

    public override string? WrongSize() => TooSmall(("groups", Groups, 1))
        ?? (Epsilon > 0 && !float.IsInfinity(Epsilon) ? null : $"Epsilon is {Literal.Short(Epsilon)}; write a positive number such as 1e-5f");

    public override string? Misfit(Sizes input) => input[0] % Groups != 0
        ? $"{Literal.Of(Groups)} groups do not divide its {Literal.Of(input[0])} channels; write a divisor of them"
        : input[0] / Groups <= MaximumGroupChannels ? null : $"a group has at most {Literal.Of(MaximumGroupChannels)} channels; write more groups";

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input)
    {
        Sizes shape = new(input[0]);
        return Affine
            ? [new("weight", shape, "NormalizationScale", "Constant", "1f"), new("bias", shape, "NormalizationShift", "Constant", "0f")]
            : [];
    }

    public override void Forward(Program program, Node node)
    {
        node.Kept.Add(program.NewStorage($"means of {node.Name}", Groups));
        node.Kept.Add(program.NewStorage($"deviations of {node.Name}", Groups));
        program.Call(
            "GroupNormForward",
            [
                .. Counts(node),
                Argument.Text(Literal.Of(Epsilon)),
                Argument.Read(node.Input),
                node.WeightsOrNull(0),
                node.WeightsOrNull(1),
                Argument.Write(node.Output),
                Argument.At(node.Kept[0]),
                Argument.At(node.Kept[1]),
            ]);
    }

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        Gradient? input = !node.Input.NeedsGradient ? null
            : gradient.IsShared ? program.NewGradient(node.Input, masked: false)
            : gradient.PassOn(masked: false);
        program.Call(
            "GroupNormBackward",
            [
                .. Counts(node),
                Argument.Read(node.Input),
                node.WeightsOrNull(0),
                Argument.Read(gradient),
                Argument.At(node.Kept[0]),
                Argument.At(node.Kept[1]),
                Argument.WriteIfNeeded(input, node.Input),
                node.GradientsOrNull(0),
                node.GradientsOrNull(1),
                Argument.Accumulate,
            ]);
        if (input is not null)
        {
            program.Deposit(node.Input, input);
        }
    }

    private Argument[] Counts(Node node) =>
    [
        Argument.Batch,
        Argument.Text(Literal.Of(node.Input.Shape[0])),
        Argument.Text(Literal.Of(node.Input.Shape.Count / node.Input.Shape[0])),
        Argument.Text(Literal.Of(Groups)),
    ];
}
