using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>y[o] = sum_i w[o, i] x[i] + b[o].</summary>
internal sealed record LinearLayer(string Name, int Features, bool Bias) : Layer(Name)
{
    public override bool HasName => true;

    public override string Kind => "Linear";

    public override string Description => $"Linear({Literal.Of(Features)}{(Bias ? "" : ", no bias")})";

    public override bool FusesRelu => true;

    public override bool BackwardReadsInput => true;

    public static LinearLayer Read(AttributeArguments arguments) =>
        new(arguments.Text(0), arguments.Int(1), arguments.Named("Bias", true));

    public override string? WrongSize() => TooSmall(("features", Features, 1));

    public override string? Misfit(Sizes input) => input.Rank == 1
        ? null
        : $"it takes one dimension; write Flatten in front of it, which makes {Literal.Of(input.Count)} features";

    public override Sizes Output(Sizes input) => new(Features);

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input)
    {
        string fanIn = Literal.Of(input[0]);
        ParameterDeclaration weight = new("weight", new Sizes(Features, input[0]), "Weight", "KaimingUniform", fanIn);
        return Bias ? [weight, new("bias", new Sizes(Features), "Bias", "KaimingUniform", fanIn)] : [weight];
    }

    public override void Forward(Program program, Node node) => program.Call(
        "LinearForward",
        [
            .. Counts(node), Argument.Read(node.Input), Argument.Weights(node.Parameters[0]), node.WeightsOrNull(1),
            Argument.Write(node.Output), Argument.Activation(node.ActivationName),
        ]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        program.CallForParameters(
            "LinearBackwardWeight",
            [
                .. Counts(node), Argument.Read(node.Input), Argument.Read(gradient), Argument.Gradients(node.Parameters[0]),
                node.GradientsOrNull(1), Argument.Accumulate,
            ]);
        if (node.Input.NeedsGradient)
        {
            Gradient input = program.NewGradient(node.Input, masked: true);
            program.CallFor(
                node.Input,
                "LinearBackwardInput",
                [
                    .. Counts(node), Argument.Read(gradient), Argument.Weights(node.Parameters[0]), Argument.Write(input),
                    Argument.Mask(node.Input),
                ]);
            program.Deposit(node.Input, input);
        }
    }

    private static Argument[] Counts(Node node) =>
        [Argument.Batch, Argument.Text(Literal.Of(node.Input.Shape[0])), Argument.Text(Literal.Of(node.Output.Shape[0]))];
}
