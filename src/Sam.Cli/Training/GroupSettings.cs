using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>A parameter group as it is written: PATTERN:setting,setting, such as fc*:lr=0.1,decay=0 or conv1.*:frozen.</summary>
internal sealed record GroupSettings
{
    private const float Largest = 1000;

    private GroupSettings(string text, string pattern)
    {
        Text = text;
        Pattern = pattern;
    }

    /// <summary>What a group takes, in words.</summary>
    public const string Takes =
        "PATTERN:SETTING,... with settings of lr=FACTOR, decay=NUMBER, rho=FACTOR (numbers from 0 to 1000), frozen and unperturbed";

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Names of parameters, with * and ?.</summary>
    public string Pattern { get; }

    /// <summary>Times the learning rate.</summary>
    public float LearningRate { get; private init; } = 1;

    /// <summary>Weight decay; null follows the base optimizer.</summary>
    public float? Decay { get; private init; }

    /// <summary>Times rho.</summary>
    public float Rho { get; private init; } = 1;

    /// <summary>Whether the parameters stay as they are.</summary>
    public bool Frozen { get; private init; }

    /// <summary>Whether the parameters are left out of the perturbation.</summary>
    public bool Unperturbed { get; private init; }

    /// <summary>Reads a group.</summary>
    /// <param name="text">As it is written.</param>
    /// <param name="group">The group.</param>
    /// <returns>False where it is not understood.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out GroupSettings? group)
    {
        group = null;
        int colon = text.LastIndexOf(':');
        if (colon < 1)
        {
            return false;
        }

        GroupSettings made = new(text, text[..colon].Trim());
        HashSet<string> seen = [];
        foreach (string setting in text[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            string[] parts = setting.Split('=', StringSplitOptions.TrimEntries);
            float number = 0;
            bool isNumber = parts.Length == 2
                && float.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out number)
                && number is >= 0 and <= Largest;
            GroupSettings? next = (parts[0], parts.Length, isNumber) switch
            {
                ("lr", 2, true) => made with { LearningRate = number },
                ("decay", 2, true) => made with { Decay = number },
                ("rho", 2, true) => made with { Rho = number },
                ("frozen", 1, _) => made with { Frozen = true },
                ("unperturbed", 1, _) => made with { Unperturbed = true },
                _ => null,
            };
            if (next is null || !seen.Add(parts[0]))
            {
                return false;
            }

            made = next;
        }

        group = made;
        return true;
    }

    /// <summary>The group of the model's parameters.</summary>
    public ParameterGroup Make() => ParameterGroup.Named(Pattern) with
    {
        LearningRateFactor = LearningRate,
        WeightDecay = Decay,
        RhoFactor = Rho,
        IsFrozen = Frozen,
        IsPerturbed = !Unperturbed,
    };
}
