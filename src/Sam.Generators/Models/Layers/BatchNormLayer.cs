using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>Batch normalisation, with the shortcut and the ReLU behind it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">Whether it takes channels, rows and columns, or features, or channels and a length.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">Share of a batch in the running statistics.</param>
/// <param name="Cumulative">Whether they are the average over all batches instead.</param>
/// <param name="Affine">Whether there are scale and shift.</param>
/// <param name="Tracks">Whether running statistics are kept.</param>
internal sealed record BatchNormLayer(string Name, bool Rows, float Epsilon, float Momentum, bool Cumulative, bool Affine, bool Tracks) : Layer(Name)
{
    // Keeps the sums of sizes in the buffer memory far from an int's end.
    private const int MaximumChannels = 1 << 24;

    /// <summary>One over planes with the settings of an attribute without any.</summary>
    public static BatchNormLayer Usual { get; } = new("", Rows: true, Epsilon: 1e-5f, Momentum: 0.1f, Cumulative: false, Affine: true, Tracks: true);

    public override bool HasName => true;

    public override string Kind => Rows ? "BatchNorm2d" : "BatchNorm1d";

    public override string Description => string.Join(
        ", ",
        new[]
        {
            Epsilon == 1e-5f ? "" : $"epsilon {Literal.Short(Epsilon)}",
            Cumulative ? "cumulative average" : Momentum == 0.1f ? "" : $"momentum {Literal.Short(Momentum)}",
            Affine ? "" : "no weight",
            Tracks ? "" : "no running statistics",
        }.Where(static s => s.Length > 0)) is { Length: > 0 } settings ? $"{Kind}({settings})" : Kind;

    public override bool FusesRelu => true;

    public override bool BackwardReadsInput => true;

    public override bool MasksOwnGradient => true;

    public static BatchNormLayer Read(AttributeArguments arguments, bool rows) => new(
        arguments.Text(0),
        rows,
        arguments.Named("Epsilon", 1e-5f),
        arguments.Named("Momentum", 0.1f),
        arguments.Named("CumulativeAverage", false),
        arguments.Named("Affine", true),
        arguments.Named("TrackRunningStatistics", true));

    public override string? WrongSize() => !(Epsilon > 0) || float.IsInfinity(Epsilon)
        ? $"Epsilon is {Literal.Short(Epsilon)}; write a positive number such as 1e-5f"
        : Momentum is >= 0 and <= 1 ? null : $"Momentum is {Literal.Short(Momentum)}; write a number from 0 to 1";

    public override string? Misfit(Sizes input) => input[0] > MaximumChannels
        ? $"it takes at most {Literal.Of(MaximumChannels)} channels"
        : Rows
        ? input.Rank == 3 ? null : "it takes channels, rows and columns, such as 64x8x8; write BatchNorm1d for features"
        : input.Rank is 1 or 2 ? null : "it takes features, or channels and a length; write BatchNorm2d for channels, rows and columns";

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input)
    {
        Sizes shape = new(input[0]);
        return Affine
            ? [new("weight", shape, "NormalizationScale", "Constant", "1f"), new("bias", shape, "NormalizationShift", "Constant", "0f")]
            : [];
    }

    public override IReadOnlyList<BufferDeclaration> Buffers(Sizes input)
    {
        Sizes shape = new(input[0]);
        return Tracks
            ? [new("running_mean", shape, "0f", false), new("running_var", shape, "1f", false), new("num_batches_tracked", new Sizes(), "0f", true)]
            : [];
    }

    public override int KeptCount(Sizes input) => checked((int)(2 * MemoryPlan.Align(input[0])));

    public override int MinimumBatch(Sizes input, bool training) => input.Count == input[0] && (training || !Tracks) ? 2 : 1;

    public override void Forward(Program program, Node node) => Forward(program, node, "pass.UpdateStatistics", Argument.Write(node.Output));

    /// <summary>Adds the call that makes the output again in the backward pass: the same bits, for it takes the same input, and statistics
    /// stay where they are.</summary>
    /// <param name="program">The program.</param>
    /// <param name="node">The layer in its place.</param>
    /// <param name="storage">Where the output goes this time.</param>
    public void Again(Program program, Node node, Storage storage) => Forward(program, node, "false", Argument.At(storage));

    private void Forward(Program program, Node node, string updates, Argument output) => program.Call(
        "BatchNormForward",
        [
            Settings(node.HasRelu, updates),
            .. Counts(node),
            Argument.Read(node.Input),
            node.WeightsOrNull(0),
            node.WeightsOrNull(1),
            node.Added is null ? Argument.Null : Argument.Read(node.Added),
            Tracks
                ? Argument.Text($"new {Names.Native}RunningStatistics({Buffer(node, 0)}, {Buffer(node, 1)}, ({Buffer(node, 2)}).Cast<long>())")
                : Argument.Null,
            output,
            Kept(node, 0),
            Kept(node, 1),
        ]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        bool masks = node.HasRelu && !gradient.IsMasked;
        Gradient? shortcut = null;
        bool shortcutIsAdded = false;
        if (node.Added is { NeedsGradient: true } addend)
        {
            // Behind the ReLU the gradient is the shortcut's as it is: the call masks it where it lies, or where nothing else reads it.
            shortcut = masks && gradient.IsShared ? program.NewGradient(addend, masked: false) : gradient.PassOn(masked: false);
        }

        Gradient? input = null;
        Gradient? added = null;
        if (node.Input.NeedsGradient)
        {
            // What the layers behind gave the input comes to it in the same pass, of a shortcut around this one too.
            added = program.Take(node.Input);
            if (added is null && shortcut is not null && node.Added!.Root == node.Input.Root)
            {
                added = shortcut;
                shortcutIsAdded = true;
            }

            if (added is not null)
            {
                node.Fuse("sum of gradients");
            }

            bool inPlace = !gradient.IsShared && shortcut is null;
            input = inPlace ? gradient.PassOn(masked: false)
                : added is { IsShared: false } && !shortcutIsAdded ? added.PassOn(masked: false)
                : program.NewGradient(node.Input, masked: false);
        }

        program.Call(
            "BatchNormBackward",
            [
                Settings(masks, "pass.UpdateStatistics"),
                .. Counts(node),
                Argument.Read(node.Input),
                node.WeightsOrNull(0),
                node.WeightsOrNull(1),
                masks && node.Added is not null ? Argument.Read(node.Output) : Argument.Null,
                Argument.Read(gradient),
                Kept(node, 0),
                Kept(node, 1),
                Argument.WriteIfNeeded(added, node.Input),
                Argument.WriteIfNeeded(input, node.Input),
                node.GradientsOrNull(0),
                node.GradientsOrNull(1),
                Argument.WriteIfNeeded(masks ? shortcut : null, node.Added!),
                Argument.Accumulate,
            ]);
        if (shortcut is not null && !shortcutIsAdded)
        {
            program.Deposit(node.Added!, shortcut);
        }

        if (input is not null)
        {
            program.Deposit(node.Input, input);
        }
    }

    private static string Buffer(Node node, int index) => $"pass.Buffers + {Literal.Of(node.Buffers[index].Offset)}";

    private static Argument Kept(Node node, int index) =>
        Argument.Text($"pass.Buffers + {Literal.Of(node.KeptOffset + (index * MemoryPlan.Align(node.Input.Shape[0])))}");

    private static Argument[] Counts(Node node) =>
        [Argument.Batch, Argument.Text(Literal.Of(node.Input.Shape[0])), Argument.Text(Literal.Of(node.Input.Shape.Count / node.Input.Shape[0]))];

    private Argument Settings(bool relu, string updates) => Argument.Text(
        $"new {Names.Native}BatchNormSettings({Literal.Of(Epsilon)}, pass.StatisticsShare({Literal.Of(Momentum)}), {(Tracks ? "pass.Training" : "true")}, {updates}, "
        + $"{Names.Native}Activation.{(relu ? "Relu" : "None")}{(Cumulative ? ", true" : "")})");
}
