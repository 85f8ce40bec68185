using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>An activation function, element by element.</summary>
/// <param name="Function">Name of a value of Sam.Native.Activation.</param>
internal sealed record ActivationLayer(string Function) : Layer("")
{
    public override string Kind => Function == "GeluTanh" ? "Gelu" : Function;

    public override string Description => Function == "GeluTanh" ? "Gelu(tanh)" : Function;

    public override bool IsRelu => Function == "Relu";

    public override bool RunsInPlace => !BackwardReadsInput;

    public override bool BackwardReadsInput => Function is "Gelu" or "GeluTanh" or "Silu";

    // A ReLU's gradient is masked where it is made or in place, by Program.
    public override bool BackwardReadsOutput => Function is "Tanh" or "Sigmoid";

    public override void Forward(Program program, Node node) => program.Call(
        "ActivationForward",
        [Argument.Activation(Function), Argument.Elements(node.Input), Argument.Read(node.Input), Argument.Write(node.Output)]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        if (!node.Input.NeedsGradient)
        {
            return;
        }

        if (!IsRelu)
        {
            gradient = program.Own(gradient, node.Output);
            program.Call(
                "ActivationBackward",
                [
                    Argument.Activation(Function),
                    Argument.Elements(node.Input),
                    BackwardReadsInput ? Argument.Read(node.Input) : Argument.Null,
                    BackwardReadsOutput ? Argument.Read(node.Output) : Argument.Null,
                    Argument.Read(gradient),
                    Argument.Write(gradient),
                ]);
        }

        program.Deposit(node.Input, gradient.PassOn(masked: false));
    }
}
