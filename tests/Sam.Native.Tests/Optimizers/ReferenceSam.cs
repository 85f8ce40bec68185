namespace Sam.Native.Tests.Optimizers;

/// <summary>SAM and its family in double, tensor by tensor, written from the papers.</summary>
internal sealed class ReferenceSam(BaseOptimizer settings, Perturbation perturbation, SamOptions options)
{
    private readonly ReferenceOptimizer _optimizer = new(settings);
    private double[][]? _friendly;
    private double[][]? _look;
    private int _updates;

    public double[][] Weights { get; } = [.. Enumerable.Range(0, SyntheticModel.Tensors.Length).Select(SyntheticModel.Start)];

    /// <summary>One step; the function gives the gradient at some weights.</summary>
    public void Step(Func<double[][], double[][]> gradientAt)
    {
        Combination combination = options.Combination;
        bool isSam = perturbation.Direction != PerturbationDirection.None && _updates % options.Interval == 0;
        double[][] g = gradientAt(Weights), update = g;
        double[][]? tail = null;
        if (perturbation.Direction == PerturbationDirection.Momentum && isSam)
        {
            double[][]? momentum = _updates == 0 ? null : [.. Weights.Select((_, t) => _optimizer.Momentum(t)!)];
            update = gradientAt(momentum is null ? Weights : Sum(Weights, Epsilon(momentum, Weights, -perturbation.Rho), 1));
        }
        else if (isSam && _updates % combination.Interval == 0)
        {
            double[][] perturbed = Weights, direction = Direction(g);
            for (int k = 0; k < perturbation.InnerSteps; k++)
            {
                direction = k == 0 ? direction : gradientAt(perturbed);
                perturbed = Sum(perturbed, ChosenEpsilon(direction, perturbed, perturbation.Rho / (double)perturbation.InnerSteps), 1);
            }

            double[][] h = gradientAt(perturbed);
            (update, tail) = Combine(g, h);
        }
        else if (isSam)
        {
            update = Reuse(g);
        }

        _optimizer.NextStep();
        for (int t = 0; t < Weights.Length; t++)
        {
            _optimizer.Update(t, Weights[t], update[t]);
            for (int i = 0; tail is not null && i < Weights[t].Length; i++)
            {
                Weights[t][i] -= settings.LearningRate * tail[t][i];
            }
        }

        _updates++;
    }

    private (double[][] Update, double[][]? Tail) Combine(double[][] g, double[][] h)
    {
        Combination combination = options.Combination;
        double alpha = combination.Alpha;
        switch (combination.Kind)
        {
            case CombinationKind.Gap when combination.MinimizesPerturbedLoss:
                return (Sum(h, Sum(g, h, -Dot(g, h) / Dot(h, h)), -alpha), null);
            case CombinationKind.Gap:
                return (Sum(g, Sum(h, g, -Dot(g, h) / Dot(g, g)), alpha), null);
            case CombinationKind.Weighted when combination.IsDecoupled:
                return (g, Scale(Sum(h, g, -1), alpha));
            case CombinationKind.Weighted:
                return (Sum(Scale(h, alpha), g, 1 - alpha), null);
            case CombinationKind.Look:
                _look = combination.IsByTensor
                    ? [.. g.Select((tensor, t) => Sum([h[t]], [tensor], -Dot([tensor], [h[t]]) / Dot([tensor], [tensor]))[0])]
                    : Sum(h, g, -Dot(g, h) / Dot(g, g));
                return (h, null);
            default:
                return (h, null);
        }
    }

    private double[][] Reuse(double[][] g)
    {
        double alpha = options.Combination.Alpha;
        return options.Combination.IsByTensor
            ? [.. g.Select((tensor, t) => Sum([tensor], [_look![t]],
                alpha * Math.Sqrt(Dot([tensor], [tensor])) / (Math.Sqrt(Dot([_look[t]], [_look[t]])) + 1e-8))[0])]
            : Sum(g, _look!, alpha * Math.Sqrt(Dot(g, g)) / Math.Sqrt(Dot(_look!, _look!)));
    }

    private double[][] Direction(double[][] g)
    {
        if (perturbation.Direction != PerturbationDirection.Friendly)
        {
            return g;
        }

        double lambda = perturbation.Lambda, sigma = perturbation.Sigma;
        double[][] zero = Scale(g, 0), d;
        switch (perturbation.Average)
        {
            case FriendlyAverage.Paper:
                _friendly = Sum(Scale(_friendly ?? zero, lambda), g, 1 - lambda);
                return Sum(g, _friendly, -sigma);
            case FriendlyAverage.Code:
                d = _friendly is null ? g : Sum(g, _friendly, -sigma);
                _friendly = _friendly is null ? g : Sum(Scale(_friendly, lambda), g, 1 - lambda);
                return d;
            default:
                d = _friendly is null ? g : Sum(g, _friendly, -sigma);
                _friendly = _friendly is null ? g : Sum(Scale(_friendly, lambda), d, 1 - lambda);
                return d;
        }
    }

    // ESAM's mask over the tensors: on the gradient, or on the perturbation.
    private double[][] ChosenEpsilon(double[][] g, double[][] w, double rho)
    {
        double beta = perturbation.WeightFraction;
        if (beta == 1)
        {
            return Epsilon(g, w, rho);
        }

        RandomStream stream = new(SyntheticModel.DefaultSeed, (ulong)_updates, 0x4100_0000);
        bool[] chosen = [.. g.Select((_, t) => Philox.Uniform(stream, t) < perturbation.WeightFraction)];
        return perturbation.SubsetNorm == SubsetNorm.Chosen
            ? Epsilon(Mask(g, chosen), w, rho / beta)
            : Mask(Epsilon(g, w, rho / beta), chosen);
    }

    private static double[][] Mask(double[][] a, bool[] chosen) =>
        [.. a.Select((tensor, t) => tensor.Select(x => chosen[t] ? x : 0).ToArray())];

    /// <summary>The perturbation of the paper's eq. 2, with coordinates scaled by T.</summary>
    public double[][] Epsilon(double[][] g, double[][] w, double rho)
    {
        double[][] scale = [.. w.Select((tensor, t) => tensor.Select(x => Scaling(t, x, tensor)).ToArray())];
        if (perturbation.Scaling == PerturbationScaling.Proportional)
        {
            // The ball of SAM, then each coordinate times T.
            ReferenceSam plain = new(settings, perturbation with { Scaling = PerturbationScaling.None }, options);
            return [.. plain.Epsilon(g, w, rho).Select((tensor, t) => tensor.Select((x, i) => scale[t][i] * x).ToArray())];
        }

        bool[] moved = [.. SyntheticModel.Tensors.Select(tensor => !perturbation.NormalizationOnly
            || tensor.Role >= ParameterRole.NormalizationScale)];
        double[] all = [.. g.SelectMany((tensor, t) => tensor.Select((x, i) => moved[t] ? Math.Abs(scale[t][i] * x) : 0))];
        double p = perturbation.P, q = p == 1 ? double.PositiveInfinity : p == double.PositiveInfinity ? 1 : p / (p - 1);
        double largest = all.Max();
        int ties = all.Count(x => x == largest);
        double norm = p == 1 ? largest : largest * Math.Pow(all.Sum(x => Math.Pow(x / largest, q)), 1 / q);
        return [.. g.Select((tensor, t) => tensor.Select((x, i) => Coordinate(t, i, x)).ToArray())];

        double Coordinate(int t, int i, double x)
        {
            double scaled = Math.Abs(scale[t][i] * x), sign = Math.Sign(x);
            if (!moved[t] || largest == 0)
            {
                return 0;
            }

            if (!perturbation.IsNormalized)
            {
                return rho * scale[t][i] * scale[t][i] * x;
            }

            double dual = p == 1 ? (scaled == largest ? 1.0 / ties : 0)
                : p == double.PositiveInfinity ? 1
                : Math.Pow(scaled / norm, q - 1);
            return rho * scale[t][i] * sign * dual;
        }
    }

    /// <summary>T of one weight.</summary>
    public double Scaling(int tensor, double weight, double[] all) => perturbation.Scaling switch
    {
        PerturbationScaling.Elementwise or PerturbationScaling.Proportional when perturbation.ScalesWeightsOnly
            && (SyntheticModel.Tensors[tensor].Role is ParameterRole.Bias or ParameterRole.NormalizationShift) => 1,
        PerturbationScaling.Elementwise or PerturbationScaling.Proportional => Math.Abs(weight) + perturbation.Eta,
        PerturbationScaling.Layerwise => Math.Sqrt(all.Sum(static x => x * x)),
        _ => 1,
    };

    private static double Dot(double[][] a, double[][] b) => a.Select((tensor, t) => tensor.Select((x, i) => x * b[t][i]).Sum()).Sum();

    private static double[][] Sum(double[][] a, double[][] b, double factor) =>
        [.. a.Select((tensor, t) => tensor.Select((x, i) => x + (factor * b[t][i])).ToArray())];

    private static double[][] Scale(double[][] a, double factor) => [.. a.Select(tensor => tensor.Select(x => factor * x).ToArray())];
}
