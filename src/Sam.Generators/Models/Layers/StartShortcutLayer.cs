namespace Sam.Generators.Models.Layers;

/// <summary>Marks the value that the next addition of a shortcut adds. Gone once the block is laid out.</summary>
internal sealed record StartShortcutLayer() : Layer("")
{
    public override string Kind => "StartShortcut";
}
