using Sam.Generators.Helpers;

namespace Sam.Generators.Models.Layers;

/// <summary>A use of a block: its layers with the use's numbers in place of the block's constants.</summary>
/// <param name="Name">Name of the use.</param>
/// <param name="BlockName">The block's class.</param>
/// <param name="Channels">What Block.Channels stands for.</param>
/// <param name="Stride">What Block.Stride stands for.</param>
/// <param name="Body">The layers.</param>
/// <param name="Fault">Why it cannot be used, or null.</param>
internal sealed record BlockLayer(
    string Name, string BlockName, int Channels, int Stride, EquatableArray<Layer> Body, string? Fault) : Layer(Name)
{
    public override bool HasName => true;

    public override string Kind => $"Use<{BlockName}>";

    public override string Description => $"{BlockName}({Literal.Of(Channels)}{(Stride == 1 ? "" : $", stride {Literal.Of(Stride)}")})";

    /// <summary>Why this block, or one that it uses, cannot be used, or null.</summary>
    public string? AnyFault => Fault ?? Body.OfType<BlockLayer>().Select(static b => b.AnyFault).FirstOrDefault(static f => f is not null);

    public override string? WrongSize() => TooSmall(("channels", Channels, 1), ("Stride", Stride, 1))
        ?? Body.Select(static l => l.WrongSize() is string wrong ? $"in it {l.Title}: {wrong}" : null).FirstOrDefault(static w => w is not null);

    public override string? Misfit(Sizes input) => BlockPlan.Of(Body, input).Misfit;

    public override Sizes Output(Sizes input) => BlockPlan.Of(Body, input).Output;

    public override Strides? Steps(Sizes input) => BlockPlan.Of(Body, input).Steps;

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input) =>
        [.. BlockPlan.Of(Body, input).Layers.SelectMany(static p => p.Layer.Parameters(p.InputShape))];
}
