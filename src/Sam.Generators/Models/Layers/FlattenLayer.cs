namespace Sam.Generators.Models.Layers;

/// <summary>One dimension of all.</summary>
internal sealed record FlattenLayer() : Layer("")
{
    public override string Kind => "Flatten";

    public override bool IsView => true;

    public override Sizes Output(Sizes input) => new((int)input.Count);
}
