namespace Sam.Native.Tests.Optimizers;

/// <summary>The base optimizers in double, one element at a time, written from their papers and torch's documentation.</summary>
internal sealed class ReferenceOptimizer(BaseOptimizer settings)
{
    private readonly Dictionary<int, double[][]> _state = [];
    private int _step;

    /// <summary>The momentum that MSAM moves against; null before the first update.</summary>
    public double[]? Momentum(int tensor) => _state.TryGetValue(tensor, out double[][]? state) ? state[0] : null;

    public void NextStep() => _step++;

    /// <summary>Updates one tensor with a gradient.</summary>
    public void Update(int tensor, double[] w, double[] gradient, double? decayOf = null, double rateFactor = 1)
    {
        if (!_state.TryGetValue(tensor, out double[][]? s))
        {
            s = [new double[w.Length], new double[w.Length], new double[w.Length]];
            _state.Add(tensor, s);
        }

        if (settings is Adafactor adafactor)
        {
            UpdateFactored(adafactor, s, SyntheticModel.ShapeOf(tensor), w, gradient, decayOf ?? settings.WeightDecay, settings.LearningRate * rateFactor);
            return;
        }

        double rate = settings.LearningRate * rateFactor;
        double decay = decayOf ?? settings.WeightDecay;
        bool lamb = settings is Lamb, lars = settings is Lars;
        double[] direction = new double[w.Length];
        double ratio = lars ? LarsRatio((Lars)settings, w, gradient, decay) : 1;
        for (int i = 0; i < w.Length; i++)
        {
            double g = gradient[i];
            if (!lamb && settings.DecoupledDecay)
            {
                w[i] *= 1 - (rate * decay);
            }
            else if (!lamb)
            {
                g += decay * w[i];
            }

            double step = Step(s, i, g * ratio, rate);
            direction[i] = lamb ? step + (decay * w[i]) : step;
        }

        double scale = lamb ? rate * TrustRatio((Lamb)settings, w, direction) : 1;
        for (int i = 0; i < w.Length; i++)
        {
            w[i] -= scale * direction[i];
        }
    }

    // torch.optim.Adafactor's single-tensor form; the rows' averages lie at the front of the first slot, the columns' in the second.
    private void UpdateFactored(Adafactor o, double[][] s, Shape shape, double[] w, double[] g, double decay, double rate)
    {
        double share = Math.Pow(_step, o.Beta2Decay), floor = Math.Pow(2, -23);
        double relative = Math.Min(rate, 1 / Math.Sqrt(_step));
        double alpha = Math.Max(o.Epsilon, Math.Sqrt(w.Average(static x => x * x))) * relative;
        double[] v = new double[w.Length];
        if (shape.Rank < 2)
        {
            for (int i = 0; i < w.Length; i++)
            {
                s[0][i] += share * ((g[i] * g[i]) - s[0][i]);
                v[i] = s[0][i];
            }
        }
        else
        {
            int rows = shape[0], columns = shape[1];
            for (int r = 0; r < rows; r++)
            {
                s[0][r] += share * (Enumerable.Range(0, columns).Average(c => g[(r * columns) + c] * g[(r * columns) + c]) - s[0][r]);
            }

            for (int c = 0; c < columns; c++)
            {
                s[1][c] += share * (Enumerable.Range(0, rows).Average(r => g[(r * columns) + c] * g[(r * columns) + c]) - s[1][c]);
            }

            double mean = Math.Max(floor, s[0].Take(rows).Average());
            for (int i = 0; i < w.Length; i++)
            {
                v[i] = s[0][i / columns] * s[1][i % columns] / mean;
            }
        }

        double[] u = [.. g.Select((x, i) => x / Math.Sqrt(Math.Max(v[i], floor * floor)))];
        double excess = Math.Max(1, Math.Sqrt(u.Average(static x => x * x)) / o.Threshold);
        for (int i = 0; i < w.Length; i++)
        {
            w[i] = (w[i] * (1 - (rate * decay))) - (alpha / excess * u[i]);
        }
    }

    // What is subtracted from the weight (for LAMB: the direction before its scale).
    private double Step(double[][] s, int i, double g, double rate)
    {
        int t = _step;
        switch (settings)
        {
            case Sgd o when o.Momentum > 0:
                s[0][i] = t == 1 ? g : (o.Momentum * s[0][i]) + ((1 - o.Dampening) * g);
                return rate * (o.Nesterov ? g + (o.Momentum * s[0][i]) : s[0][i]);
            case Sgd:
                return rate * g;
            case Adam o:
                return AdamStep(s, i, g, rate, o.Beta1, o.Beta2, o.Epsilon, o.Amsgrad);
            case AdamW o:
                return AdamStep(s, i, g, rate, o.Beta1, o.Beta2, o.Epsilon, o.Amsgrad);
            case Lamb o:
                return AdamStep(s, i, g, 1, o.Beta1, o.Beta2, o.Epsilon, false);
            case NAdam o:
                double Mu(int k) => o.Beta1 * (1 - (0.5 * Math.Pow(0.96, k * (double)o.MomentumDecay)));
                double product = 1;
                for (int k = 1; k <= t; k++)
                {
                    product *= Mu(k);
                }

                Moments(s, i, g, o.Beta1, o.Beta2);
                double root = Math.Sqrt(s[1][i] / (1 - Math.Pow(o.Beta2, t))) + o.Epsilon;
                return (rate * (1 - Mu(t)) / (1 - product) * g / root) + (rate * Mu(t + 1) / (1 - (product * Mu(t + 1))) * s[0][i] / root);
            case RAdam o:
                Moments(s, i, g, o.Beta1, o.Beta2);
                double corrected = s[0][i] / (1 - Math.Pow(o.Beta1, t));
                double last = (2 / (1 - (double)o.Beta2)) - 1;
                double now = last - (2 * t * Math.Pow(o.Beta2, t) / (1 - Math.Pow(o.Beta2, t)));
                if (now <= 5)
                {
                    return rate * corrected;
                }

                double r = Math.Sqrt((now - 4) * (now - 2) * last / ((last - 4) * (last - 2) * now));
                return rate * corrected * r * Math.Sqrt(1 - Math.Pow(o.Beta2, t)) / (Math.Sqrt(s[1][i]) + o.Epsilon);
            case Adamax o:
                s[0][i] = (o.Beta1 * s[0][i]) + ((1 - (double)o.Beta1) * g);
                s[1][i] = Math.Max(o.Beta2 * s[1][i], Math.Abs(g) + o.Epsilon);
                return rate / (1 - Math.Pow(o.Beta1, t)) * s[0][i] / s[1][i];
            case Rmsprop o:
                s[1][i] = (o.Alpha * s[1][i]) + ((1 - (double)o.Alpha) * g * g);
                s[2][i] = (o.Alpha * s[2][i]) + ((1 - (double)o.Alpha) * g);
                double step = g / (Math.Sqrt(o.Centered ? s[1][i] - (s[2][i] * s[2][i]) : s[1][i]) + o.Epsilon);
                s[0][i] = (o.Momentum * s[0][i]) + step;
                return rate * (o.Momentum > 0 ? s[0][i] : step);
            case Adagrad o:
                s[0][i] += (t == 1 ? o.InitialAccumulator : 0) + (g * g);
                return rate / (1 + ((t - 1) * (double)o.LearningRateDecay)) * g / (Math.Sqrt(s[0][i]) + o.Epsilon);
            case Adadelta o:
                s[0][i] = (o.Rho * s[0][i]) + ((1 - (double)o.Rho) * g * g);
                double delta = Math.Sqrt(s[1][i] + o.Epsilon) / Math.Sqrt(s[0][i] + o.Epsilon) * g;
                s[1][i] = (o.Rho * s[1][i]) + ((1 - (double)o.Rho) * delta * delta);
                return rate * delta;
            case Lion o:
                double sign = Math.Sign((o.Beta1 * s[0][i]) + ((1 - (double)o.Beta1) * g));
                s[0][i] = (o.Beta2 * s[0][i]) + ((1 - (double)o.Beta2) * g);
                return rate * sign;
            case Lars o:
                s[0][i] = (o.Momentum * s[0][i]) + (rate * g);
                return s[0][i];
            default:
                throw new NotSupportedException(settings.GetType().Name);
        }
    }

    private double AdamStep(double[][] s, int i, double g, double rate, double beta1, double beta2, double epsilon, bool amsgrad)
    {
        Moments(s, i, g, beta1, beta2);
        s[2][i] = Math.Max(s[2][i], s[1][i]);
        double v = amsgrad ? s[2][i] : s[1][i];
        return rate / (1 - Math.Pow(beta1, _step)) * s[0][i] / ((Math.Sqrt(v) / Math.Sqrt(1 - Math.Pow(beta2, _step))) + epsilon);
    }

    private static void Moments(double[][] s, int i, double g, double beta1, double beta2)
    {
        s[0][i] = (beta1 * s[0][i]) + ((1 - beta1) * g);
        s[1][i] = (beta2 * s[1][i]) + ((1 - beta2) * g * g);
    }

    private static double LarsRatio(Lars o, double[] w, double[] g, double decay)
    {
        double wn = Math.Sqrt(w.Sum(static x => x * x)), gn = Math.Sqrt(g.Sum(static x => x * x));
        return wn > 0 && gn > 0 ? o.Trust * wn / (gn + (decay * wn) + o.Epsilon) : 1;
    }

    private static double TrustRatio(Lamb o, double[] w, double[] direction)
    {
        double wn = Math.Sqrt(w.Sum(static x => x * x)), rn = Math.Sqrt(direction.Sum(static x => x * x));
        double limited = o.MaximumNorm > 0 ? Math.Min(wn, o.MaximumNorm) : wn;
        return wn > 0 && rn > 0 ? limited / rn : 1;
    }
}
