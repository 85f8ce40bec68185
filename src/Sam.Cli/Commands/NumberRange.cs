using System.Globalization;

namespace Sam.Cli.Commands;

/// <summary>The numbers an option takes.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="OpenBelow">Whether the least itself is excluded.</param>
/// <param name="OpenAbove">Whether the greatest itself is excluded.</param>
internal readonly record struct NumberRange(double Minimum, double Maximum, bool OpenBelow = false, bool OpenAbove = false)
{
    /// <summary>Whether a number is one of them; NaN and infinities never are.</summary>
    public bool Contains(double value) =>
        double.IsFinite(value)
        && (OpenBelow ? value > Minimum : value >= Minimum)
        && (OpenAbove ? value < Maximum : value <= Maximum);

    /// <summary>The range in words, such as "from 0 to less than 1".</summary>
    public override string ToString()
    {
        string low = Minimum.ToString(CultureInfo.InvariantCulture);
        string high = Maximum.ToString(CultureInfo.InvariantCulture);
        return $"{(OpenBelow ? $"above {low}" : $"from {low}")} {(OpenAbove ? $"to less than {high}" : OpenBelow ? $"and at most {high}" : $"to {high}")}";
    }
}
