using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>How many rows and columns of the input lie between two of the output.</summary>
internal readonly record struct Strides(int Rows, int Columns)
{
    /// <summary>Those of a layer that keeps rows and columns.</summary>
    public static Strides One => new(1, 1);

    /// <summary>Those of two layers, one behind the other; null where one has none or the product is no int.</summary>
    public Strides? Times(Strides? other) =>
        other is { } next && (long)Rows * next.Rows <= int.MaxValue && (long)Columns * next.Columns <= int.MaxValue
            ? new Strides(Rows * next.Rows, Columns * next.Columns)
            : null;

    public override string ToString() => Window.Pair(Rows, Columns);
}
