using System.Globalization;
using Sam.Generators.Helpers;

namespace Sam.Generators.Models;

/// <summary>The sizes of a tensor of one example, as Sam.Native.Shape holds them at run time.</summary>
internal readonly record struct Sizes(EquatableArray<int> Values)
{
    public const int MaximumRank = 6;

    public Sizes(params int[] values)
        : this(new EquatableArray<int>(values))
    {
    }

    public int Rank => Values.Count;

    /// <summary>Elements; more than an int can hold is for the caller to refuse.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (int size in Values)
            {
                // Six sizes below 2^31 overflow a long; a count that is too large anyway stays there.
                count = count > int.MaxValue ? count : count * size;
            }

            return count;
        }
    }

    public int this[int index] => Values[index];

    public static bool TryParse(string? text, out Sizes sizes)
    {
        sizes = default;
        string[] parts = (text ?? "").Split('x');
        int[] values = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]) || values[i] < 1)
            {
                return false;
            }
        }

        sizes = new Sizes(values);
        return values.Length <= MaximumRank && sizes.Count <= int.MaxValue;
    }

    public override string ToString() => string.Join("x", Values.Select(Literal.Of));
}
