namespace Sam.Native.Tests.Optimizers;

/// <summary>m-sharpness and accumulation against the formulas in double: each micro-batch has its own perturbation, or all have one.</summary>
public sealed class MSharpnessTests
{
    private const int Batch = 8;
    private const int Piece = 3;
    private const int Steps = 3;
    private const double Rate = 0.05;
    private const double Momentum = 0.9;
    private const double Decay = 0.03;

    // Three steps in single precision on weights about 1, whose gradients are sums over eight examples.
    private const double Tolerance = 4e-6;

    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f, -0.2f, 0.9f, 1.2f, -0.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f, 0, 1, -2, 1];
    private static readonly int[] s_counts = [37, 5, 16, 16, 300, 7];

    private static readonly Dictionary<string, Perturbation> s_perturbations = new()
    {
        ["none"] = Perturbation.None,
        ["sam"] = Perturbation.Sam(0.5f),
        ["sam p=3"] = Perturbation.Sam(0.3f, p: 3),
        ["sam p=inf"] = Perturbation.Sam(0.05f, p: float.PositiveInfinity),
        ["asam"] = Perturbation.Asam(0.5f, weightsOnly: false),
        ["usam"] = Perturbation.Usam(0.3f),
        ["two ascent steps"] = Perturbation.Sam(0.5f) with { InnerSteps = 2 },
    };

    public static TheoryData<string, string, Reduction, bool> Rows()
    {
        TheoryData<string, string, Reduction, bool> rows = [];
        foreach (string perturbation in s_perturbations.Keys)
        {
            foreach (string combination in (string[])["plain", "gsam", "gsam clean", "wsam", "wsam coupled"])
            {
                foreach (Reduction reduction in Enum.GetValues<Reduction>())
                {
                    if (perturbation != "none" || combination == "plain")
                    {
                        rows.Add(perturbation, combination, reduction, true);
                        rows.Add(perturbation, combination, reduction, false);
                    }
                }
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void MicroBatches_FollowTheFormulas(string perturbation, string combination, Reduction reduction, bool each)
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, Piece, s_counts);
        SamOptions options = new()
        {
            Combination = Variants.Combinations[combination](),
            MicroBatch = Piece,
            PerturbsEachMicroBatch = each,
            LossDecay = (float)Decay,
        };
        using SamOptimizer sam = new(model, new Sgd((float)Rate, (float)Momentum), s_perturbations[perturbation], options);
        Formula formula = new(model, reduction, each ? Piece : Batch, s_perturbations[perturbation], options.Combination);
        for (int step = 0; step < Steps; step++)
        {
            StepResult result = sam.Step(s_input, Loss.MeanSquaredError(s_targets, reduction));
            (double loss, double perturbed) = formula.Step();
            Assert.Equal(loss, result.Loss, 1e-5 * Math.Max(1, loss));
            Assert.Equal(perturbed, result.PerturbedLoss, 1e-5 * Math.Max(1, perturbed));
            float[] actual = model.Copy();
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.Equal(formula.Weights[i], actual[i], Tolerance * Math.Max(1, Math.Abs(formula.Weights[i])));
            }
        }
    }

    /// <summary>The steps in double; the gradient is the model's, which is no loss's.</summary>
    private sealed class Formula(FlatModel model, Reduction reduction, int piece, Perturbation perturbation, Combination combination)
    {
        private readonly double[] _slopes = [.. model.Slopes().Select(static slope => (double)slope)];
        private readonly double[] _momentum = new double[model.Copy().Length];
        private bool _started;

        public double[] Weights { get; } = [.. model.Copy().Select(static w => (double)w)];

        public (double Loss, double Perturbed) Step()
        {
            double loss = 0, perturbed = 0;
            double[] first = new double[Weights.Length], second = new double[Weights.Length], tail = new double[Weights.Length];
            for (int start = 0; start < Batch; start += piece)
            {
                int count = Math.Min(piece, Batch - start);
                double share = count / (double)Batch, weight = reduction == Reduction.Mean ? share : 1;

                // A sum's decay is shared by the pieces, so that the whole has it once.
                double decay = reduction == Reduction.Mean ? Decay : Decay * share;
                (double value, double[] g) = Gradient(Weights, start, count, decay);
                double[] at = Weights, direction = g;
                for (int k = 0; k < perturbation.InnerSteps && perturbation.Direction != PerturbationDirection.None; k++)
                {
                    direction = k == 0 ? g : Gradient(at, start, count, decay).Gradient;
                    at = Sum(at, Epsilon(direction, at), 1);
                }

                (double moved, double[] h) = Gradient(at, start, count, decay);
                loss += weight * value;
                perturbed += weight * moved;
                bool gap = combination.Kind == CombinationKind.Gap;
                first = Sum(first, g, weight);
                second = Sum(second, gap ? Gap(g, h) : h, weight);
            }

            double a = combination.Alpha;
            double[] update = second;
            if (combination.Kind == CombinationKind.Weighted)
            {
                update = combination.IsDecoupled ? first : Sum(Sum(new double[first.Length], second, a), first, 1 - a);
                tail = combination.IsDecoupled ? Sum(second, first, -1) : tail;
            }

            for (int i = 0; i < Weights.Length; i++)
            {
                _momentum[i] = _started ? (Momentum * _momentum[i]) + update[i] : update[i];
                Weights[i] -= (Rate * _momentum[i]) + (Rate * a * tail[i]);
            }

            _started = true;
            return (loss, perturbed);
        }

        private double[] Gap(double[] g, double[] h)
        {
            double a = combination.Alpha;
            return combination.MinimizesPerturbedLoss
                ? Sum(h, Sum(g, h, -Dot(g, h) / Dot(h, h)), -a)
                : Sum(g, Sum(h, g, -Dot(g, h) / Dot(g, g)), a);
        }

        private double[] Epsilon(double[] g, double[] w)
        {
            double rho = perturbation.Rho / (double)perturbation.InnerSteps, p = perturbation.P;
            double[] t = [.. w.Select(x => perturbation.Scaling == PerturbationScaling.Elementwise ? Math.Abs(x) + perturbation.Eta : 1)];
            if (!perturbation.IsNormalized)
            {
                return [.. g.Select((x, i) => rho * t[i] * t[i] * x)];
            }

            double q = double.IsInfinity(p) ? 1 : p / (p - 1);
            double norm = Math.Pow(g.Select((x, i) => Math.Pow(Math.Abs(t[i] * x), q)).Sum(), 1 / q);
            return [.. g.Select((x, i) => rho * t[i] * Math.Sign(x) * Math.Pow(Math.Abs(t[i] * x) / norm, q - 1))];
        }

        // y_b = x_b sum c w / n; L = sum or mean of (y - t)^2, and lambda ||w||^2; the gradient has the model's factor c + w / 5 for c / n.
        private (double Loss, double[] Gradient) Gradient(double[] w, int start, int count, double decay)
        {
            double s = w.Select((x, i) => _slopes[i] * x).Sum() / model.Layout.ArenaCount, k = 0, loss = 0;
            double mean = reduction == Reduction.Mean ? 1.0 / count : 1;
            for (int b = start; b < start + count; b++)
            {
                double error = (s_input[b] * s) - s_targets[b];
                loss += mean * error * error;
                k += mean * 2 * error * s_input[b];
            }

            return (loss + (decay * Dot(w, w)), [.. w.Select((x, i) => (k * (_slopes[i] + (0.2f * x))) + (2 * decay * x))]);
        }

        private static double Dot(double[] a, double[] b) => a.Zip(b, static (x, y) => x * y).Sum();

        private static double[] Sum(double[] a, double[] b, double factor) => [.. a.Zip(b, (x, y) => x + (factor * y))];
    }
}
