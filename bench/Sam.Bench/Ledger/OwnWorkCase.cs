using System.Globalization;
using Sam.Native;

namespace Sam.Bench;

/// <summary>A variant of the family, and the least that its definition asks of a CUDA device beyond its base optimizer's step.</summary>
/// <param name="Name">Name in the table.</param>
/// <param name="Move">Where the second gradient is taken.</param>
/// <param name="Options">The rest.</param>
/// <param name="Least">For each kind of step that takes turns: kernels, and bytes for each parameter, a read 4 and a write 4.</param>
internal sealed record OwnWorkCase(string Name, Perturbation Move, SamOptions Options, params (int Kernels, double Bytes)[] Least)
{
    private const float Half = 0.5f;

    /// <summary>The variants of the table.</summary>
    public static IReadOnlyList<OwnWorkCase> All { get; } =
    [
        new("SAM, p = 2, 1 or infinity; USAM", Perturbation.Sam(), new(), (2, 4 + 16)),
        new("general p", Perturbation.Sam(p: 3), new(), (3, 4 + 4 + 16)),
        new("ASAM", Perturbation.Asam(), new(), (2, 8 + 16)),
        new("ASAM, general p", Perturbation.Asam(p: 3), new(), (3, 8 + 8 + 16)),
        new("layer-wise ASAM", Perturbation.AsamLayerwise(), new(), (3, 8 + 16)),
        new("Proportional", Perturbation.Proportional(), new(), (2, 4 + 16)),
        new("SAM-ON, 512 of 99,200 parameters", Perturbation.SamOn(), new(), (2, 4 + (16 * 512.0 / 99200))),
        new("random direction", Perturbation.Random(), new(), (2, 8 + 16)),
        new("MSAM", Perturbation.Msam(), new(), (2, 4 + 16)),
        new("Friendly-SAM", Perturbation.Friendly(), new(), (2, 16 + 16)),
        new("two ascent steps", Perturbation.Sam() with { InnerSteps = 2 }, new(), (4, 4 + 16 + 4 + 12)),
        new("ESAM, half of the tensors, norm of all", Perturbation.Esam(dataFraction: 1) with { SubsetNorm = SubsetNorm.All }, new(), (2, 4 + 16)),
        new("GSAM", Perturbation.Sam(), new() { Combination = Combination.Gsam() }, (3, 4 + 20 + 4 + 4)),
        new("WSAM", Perturbation.Sam(), new() { Combination = Combination.Wsam() }, (3, 4 + 20 + 4 + 4)),
        new("LookSAM", Perturbation.Sam(), new() { Combination = Combination.LookSam(2, Half) }, (4, 4 + 20 + 4 + 12), (1, 4 + 4)),
        new("SAM every second step", Perturbation.Sam(), new() { Interval = 2 }, (2, 4 + 16), (0, 0)),
    ];

    /// <summary>Counts it around SGD with momentum.</summary>
    public OwnWork[] Count() => OwnWork.Of(Move, static () => new Sgd(1e-5f, 0.9f), Options);

    /// <summary>The table's row: kernels and bytes of each kind of step.</summary>
    /// <param name="counted">What was counted.</param>
    public string Row(OwnWork[] counted) =>
        $"| {Name} | {string.Join(", then ", counted.Select(static work => Text(work.Kernels, "0")))} | "
        + $"{string.Join(", then ", counted.Select(static work => Text(work.Bytes, "0.0")))} | "
        + $"{string.Join(", then ", Least.Select(static least => Text(least.Bytes, "0.#")))} |";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
