using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sam.Native;

/// <summary>The sizes of a tensor, outermost first, such as 1x28x28 for one channel of 28 rows and 28 columns. Up to six dimensions; every size is positive.</summary>
/// <remarks>A model's and a layer's shapes are those of one example: the batch is not part of them. A scalar has rank 0 and count 1.</remarks>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most dimensions a shape can have.</summary>
    public const int MaximumRank = 6;

    private readonly Sizes _sizes;

    /// <summary>Makes a shape of the given sizes.</summary>
    /// <param name="sizes">Sizes, outermost first; at most <see cref="MaximumRank"/>, each at least 1.</param>
    /// <exception cref="ArgumentException">Too many sizes, or one that is not positive.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaximumRank)
        {
            throw new ArgumentException($"A shape has at most {MaximumRank} dimensions; {sizes.Length} were given.", nameof(sizes));
        }

        long count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] < 1)
            {
                throw new ArgumentException($"Every size of a shape is at least 1; size {i} is {sizes[i]}.", nameof(sizes));
            }

            _sizes[i] = sizes[i];
            count = checked(count * sizes[i]);
        }

        if (count > int.MaxValue)
        {
            throw new ArgumentException($"A shape has at most {int.MaxValue} elements; this one would have {count}.", nameof(sizes));
        }

        Rank = sizes.Length;
        Count = (int)count;
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank { get; }

    /// <summary>Number of elements: the product of the sizes. A default shape has none.</summary>
    public int Count { get; }

    /// <summary>The size of one dimension.</summary>
    /// <param name="dimension">0 for the outermost.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public int this[int dimension]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dimension, Rank);
            return _sizes[dimension];
        }
    }

    /// <summary>Reads a shape as it is written in a model's attribute: sizes with an x between them, such as 3x32x32.</summary>
    /// <param name="text">The text; no spaces.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="FormatException">The text is not of that form, or a size is not positive.</exception>
    public static Shape Parse(string text) => TryParse(text, out Shape shape)
        ? shape
        : throw new FormatException($"'{text}' is not a shape; write positive sizes with an x between them, such as 3x32x32.");

    /// <summary>Reads a shape as it is written in a model's attribute, if it is one.</summary>
    /// <param name="text">The text, such as 3x32x32.</param>
    /// <param name="shape">The shape, or the default where the text is none.</param>
    /// <returns>Whether the text is a shape.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Shape shape)
    {
        shape = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        Span<int> sizes = stackalloc int[MaximumRank];
        int rank = 0;
        long count = 1;
        foreach (Range part in text.AsSpan().Split('x'))
        {
            if (rank == MaximumRank
                || !int.TryParse(text.AsSpan(part), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                || size < 1
                || (count *= size) > int.MaxValue)
            {
                return false;
            }

            sizes[rank++] = size;
        }

        shape = new Shape(sizes[..rank]);
        return true;
    }

    /// <summary>Whether two shapes have the same sizes.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <returns>True for the same sizes in the same order.</returns>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where a size or the rank differs.</returns>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank || Count != other.Count)
        {
            return false;
        }

        for (int i = 0; i < Rank; i++)
        {
            if (_sizes[i] != other._sizes[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int i = 0; i < Rank; i++)
        {
            hash.Add(_sizes[i]);
        }

        return hash.ToHashCode();
    }

    /// <summary>The sizes with an x between them, as <see cref="Parse"/> reads them.</summary>
    /// <returns>Such as 1x28x28; "scalar" for a shape without dimensions.</returns>
    public override string ToString()
    {
        if (Rank == 0)
        {
            return "scalar";
        }

        DefaultInterpolatedStringHandler text = new(Rank, Rank, CultureInfo.InvariantCulture);
        for (int i = 0; i < Rank; i++)
        {
            if (i > 0)
            {
                text.AppendLiteral("x");
            }

            text.AppendFormatted(_sizes[i]);
        }

        return text.ToStringAndClear();
    }

    [InlineArray(MaximumRank)]
    private struct Sizes
    {
        private int _first;
    }
}
