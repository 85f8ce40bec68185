using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The dotted parts of an opcode: each is taken by whoever understands it, and none may be left.</summary>
internal sealed class Modifiers
{
    private readonly List<string> left = [];
    private readonly List<PtxType> types = [];

    public Modifiers(string opcode)
    {
        int dot = opcode.IndexOf('.', StringComparison.Ordinal);
        Name = dot < 0 ? opcode : opcode[..dot];
        if (dot < 0)
        {
            return;
        }

        foreach (string part in opcode[(dot + 1)..].Split('.'))
        {
            if (PtxTypes.TryParse(part, out PtxType type))
            {
                types.Add(type);
            }
            else
            {
                left.Add(part);
            }
        }
    }

    /// <summary>The opcode without its modifiers.</summary>
    public string Name { get; }

    /// <summary>The types among the modifiers, in order.</summary>
    public IReadOnlyList<PtxType> Types => types;

    /// <summary>The last type, or none.</summary>
    public PtxType Type => types.Count == 0 ? PtxType.None : types[^1];

    /// <summary>The modifiers that nobody took.</summary>
    public IReadOnlyList<string> Left => left;

    /// <summary>Takes a modifier if it is there.</summary>
    public bool Take(string name) => left.Remove(name);

    /// <summary>Takes the first of some modifiers that is there; null when none is.</summary>
    public string? TakeAny(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (left.Remove(name))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Takes the first modifier, whatever it is; null when there is none.</summary>
    public string? TakeFirst()
    {
        if (left.Count == 0)
        {
            return null;
        }

        string first = left[0];
        left.RemoveAt(0);
        return first;
    }

    /// <summary>Takes a rounding mode; to nearest when there is none.</summary>
    public RoundingMode TakeRounding() => TakeAny("rn", "rz", "rm", "rp", "rna") switch
    {
        "rz" => RoundingMode.Zero,
        "rm" => RoundingMode.Down,
        "rp" => RoundingMode.Up,
        "rna" => RoundingMode.NearestAway,
        _ => RoundingMode.Nearest,
    };

    /// <summary>Takes the modifiers that change arithmetic, packed as <see cref="Modes"/> says.</summary>
    public int TakeMode()
    {
        int mode = (int)TakeRounding();
        mode |= Take("ftz") ? Modes.Ftz : 0;
        mode |= Take("sat") ? Modes.Saturate : 0;
        return mode;
    }
}
