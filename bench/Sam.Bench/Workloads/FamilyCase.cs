using Sam.Native;

namespace Sam.Bench;

/// <summary>A variant of the family and what a step of it moves beside the gradients.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="Move">Where the second gradient is taken.</param>
/// <param name="Base">The base optimizer.</param>
/// <param name="Options">The rest.</param>
/// <param name="Bytes">The fewest bytes for each parameter that the definition moves, a read 4 and a write 4, with a norm of the last
/// gradient: a step with one that is not finite must change nothing.</param>
internal sealed record FamilyCase(string Name, Func<Perturbation> Move, Func<BaseOptimizer> Base, SamOptions Options, int Bytes)
{
    private static readonly Func<BaseOptimizer> Momentum = static () => new Sgd(1e-5f, 0.9f);

    /// <summary>The variants that are measured.</summary>
    public static IReadOnlyList<FamilyCase> All { get; } =
    [
        new("sgd momentum", () => Perturbation.None, Momentum, new(), 4 + 20),
        new("adam", () => Perturbation.None, static () => new Adam(1e-5f), new(), 4 + 28),
        new("sam, sgd momentum", () => Perturbation.Sam(), Momentum, new(), 4 + 16 + 4 + 20),
        new("sam, adamw", () => Perturbation.Sam(), static () => new AdamW(1e-5f), new(), 4 + 16 + 4 + 28),
        new("sam p=inf", () => Perturbation.Sam(1e-4f, float.PositiveInfinity), Momentum, new(), 4 + 16 + 4 + 20),
        new("sam p=3", () => Perturbation.Sam(p: 3), Momentum, new(), 8 + 16 + 4 + 20),
        new("asam", () => Perturbation.Asam(weightsOnly: false), Momentum, new(), 8 + 16 + 4 + 20),
        new("friendly-sam", () => Perturbation.Friendly(), Momentum, new(), 4 + 16 + 4 + 16 + 4 + 20),
        new("msam", () => Perturbation.Msam(), Momentum, new(), 4 + 16 + 4 + 20),
        new("gsam", () => Perturbation.Sam(), Momentum, new() { Combination = Combination.Gsam() }, 4 + 20 + 8 + 24),
        new("wsam", () => Perturbation.Sam(), Momentum, new() { Combination = Combination.Wsam() }, 4 + 20 + 8 + 24),
        new("looksam k=1", () => Perturbation.Sam(), Momentum, new() { Combination = Combination.LookSam(1) }, 4 + 20 + 8 + 12 + 20),
        new("sam, rmsprop", () => Perturbation.Sam(), static () => new Rmsprop(1e-5f), new(), 4 + 16 + 4 + 20),
        new("sam, lion", () => Perturbation.Sam(), static () => new Lion(1e-5f), new(), 4 + 16 + 4 + 20),
        new("sam, adafactor", () => Perturbation.Sam(), static () => new Adafactor(1e-5f), new(), 4 + 16 + 4 + 4 + 8 + 12),
        new("sam, lamb", () => Perturbation.Sam(), static () => new Lamb(1e-5f), new(), 4 + 16 + 4 + 28 + 8 + 12),
    ];

    /// <summary>The variant around a model.</summary>
    public SamOptimizer Make(Model model) => new(model, Base(), Move(), Options);
}
