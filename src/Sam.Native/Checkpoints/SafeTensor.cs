using System.Collections.Immutable;

namespace Sam.Native;

/// <summary>One tensor of a safetensors file: its name, type and sizes. The values are read through the file.</summary>
public sealed class SafeTensor
{
    internal SafeTensor(string name, SafeTensorType type, string typeName, ImmutableArray<long> dimensions, long count, long begin, long byteCount)
    {
        Name = name;
        Type = type;
        TypeName = typeName;
        Dimensions = dimensions;
        Count = count;
        Begin = begin;
        ByteCount = byteCount;
    }

    /// <summary>The tensor's name, such as layer1.0.conv1.weight.</summary>
    public string Name { get; }

    /// <summary>Type of the elements.</summary>
    public SafeTensorType Type { get; }

    /// <summary>The type as the file names it, such as BF16.</summary>
    public string TypeName { get; }

    /// <summary>Sizes, outermost first; empty for a scalar. A size may be 0, and there may be more of them than <see cref="Shape"/>
    /// takes.</summary>
    public ImmutableArray<long> Dimensions { get; }

    /// <summary>Number of elements: the product of the sizes.</summary>
    public long Count { get; }

    /// <summary>Size in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>First byte, counted from the end of the header.</summary>
    internal long Begin { get; }

    /// <summary>Whether the tensor has exactly the sizes of a shape.</summary>
    /// <param name="shape">The shape; a scalar has rank 0.</param>
    /// <returns>True where rank and every size agree.</returns>
    public bool HasShape(Shape shape)
    {
        if (Dimensions.Length != shape.Rank)
        {
            return false;
        }

        for (int i = 0; i < Dimensions.Length; i++)
        {
            if (Dimensions[i] != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Name, type and sizes.</summary>
    /// <returns>Such as conv1.weight F32 64x3x7x7.</returns>
    public override string ToString() => $"{Name} {SafeTensorsException.Shorten(TypeName)} {DimensionsText()}";

    /// <summary>The sizes with an x between them; "scalar" without any.</summary>
    internal string DimensionsText() => Dimensions.IsEmpty ? "scalar" : SafeTensorsException.Shorten(string.Join('x', Dimensions));
}
