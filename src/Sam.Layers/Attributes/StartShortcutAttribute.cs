namespace Sam.Layers;

/// <summary>Marks the value that the next <see cref="AddShortcutAttribute"/> of the block adds, in place of the block's input.</summary>
public sealed class StartShortcutAttribute : ModelLayerAttribute;
