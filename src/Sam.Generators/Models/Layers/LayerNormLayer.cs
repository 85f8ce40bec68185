using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>Layer normalisation over the last dimensions.</summary>
internal sealed record LayerNormLayer(string Name, int Dimensions, float Epsilon, bool Affine, bool Bias) : Layer(Name)
{
    public override bool HasName => true;

    public override string Kind => "LayerNorm";

    public override string Description => Dimensions == 1 ? Kind : $"{Kind}({Literal.Of(Dimensions)} dimensions)";

    public override bool BackwardReadsInput => true;

    public static LayerNormLayer Read(AttributeArguments arguments) => new(
        arguments.Text(0),
        arguments.Named("Dimensions", 1),
        arguments.Named("Epsilon", 1e-5f),
        arguments.Named("Affine", true),
        arguments.Named("Bias", true));

    public override string? WrongSize() => TooSmall(("Dimensions", Dimensions, 1))
        ?? (Epsilon > 0 && !float.IsInfinity(Epsilon) ? null : $"Epsilon is {Literal.Short(Epsilon)}; write a positive number such as 1e-5f");

    public override string? Misfit(Sizes input) => Dimensions <= input.Rank
        ? null
        : $"Dimensions is {Literal.Of(Dimensions)}, and the input has {Literal.Of(input.Rank)}; write at most as many";

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input)
    {
        Sizes shape = Normalized(input);
        ParameterDeclaration weight = new("weight", shape, "NormalizationScale", "Constant", "1f");
        return !Affine ? [] : Bias ? [weight, new("bias", shape, "NormalizationShift", "Constant", "0f")] : [weight];
    }

    public override void Forward(Program program, Node node)
    {
        node.Kept.Add(program.NewStorage($"means of {node.Name}", Rows(node)));
        node.Kept.Add(program.NewStorage($"deviations of {node.Name}", Rows(node)));
        program.Call(
            "LayerNormForward",
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
            "LayerNormBackward",
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

    private Sizes Normalized(Sizes input) => new([.. input.Values.Skip(input.Rank - Dimensions)]);

    private long Rows(Node node) => node.Input.Shape.Count / Normalized(node.Input.Shape).Count;

    private Argument[] Counts(Node node) =>
        [Argument.Text(Rows(node) == 1 ? "batch" : $"batch * {Literal.Of(Rows(node))}"), Argument.Text(Literal.Of(Normalized(node.Input.Shape).Count))];
}
