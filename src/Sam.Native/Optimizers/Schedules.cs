namespace Sam.Native;

/// <summary>See <see cref="Schedule.Constant"/>.</summary>
internal sealed record ConstantSchedule(double Start) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"constant {Start}");

    internal override double Value(long update, double learningRate) => Start;
}

/// <summary>See <see cref="Schedule.Step"/>.</summary>
internal sealed record StepSchedule(double Start, long Every, double Gamma) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"{Start} times {Gamma} every {Every}");

    internal override double Value(long update, double learningRate) => Start * PortableMath.Power(Gamma, update / Every);
}

/// <summary>See <see cref="Schedule.MultiStep"/>.</summary>
internal sealed record MultiStepSchedule(double Start, long[] Milestones, double Gamma) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"{Start} times {Gamma} at {string.Join(' ', Milestones)}");

    internal override double Value(long update, double learningRate)
    {
        long reached = 0;
        while (reached < Milestones.Length && Milestones[reached] <= update)
        {
            reached++;
        }

        return Start * PortableMath.Power(Gamma, reached);
    }
}

/// <summary>See <see cref="Schedule.Cosine"/>.</summary>
internal sealed record CosineSchedule(double Start, double End, long Steps, bool Restarts, int PeriodFactor) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"cosine from {Start} to {End} in {Steps}, restarts {Restarts}, periods times {PeriodFactor}");

    internal override double Value(long update, double learningRate)
    {
        long period = Steps;
        while (Restarts && update >= period)
        {
            update -= period;
            period *= PeriodFactor;
        }

        double share = Math.Min(update, period) / (double)period;
        return End + ((Start - End) * (1 + PortableMath.CosPi(share)) / 2);
    }
}

/// <summary>See <see cref="Schedule.Polynomial"/> and <see cref="Schedule.Linear"/>.</summary>
internal sealed record PolynomialSchedule(double Start, double End, long Steps, double Exponent) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"polynomial from {Start} to {End} in {Steps}, power {Exponent}");

    internal override double Value(long update, double learningRate)
    {
        double left = 1 - (Math.Min(update, Steps) / (double)Steps);
        double power = Exponent == 1 || left == 0 ? left : PortableMath.Power(left, Exponent);
        return End + ((Start - End) * power);
    }
}

/// <summary>See <see cref="Schedule.OneCycle"/>.</summary>
internal sealed record OneCycleSchedule(double Maximum, long Steps, double Rise, double StartDivisor, double EndDivisor) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"one cycle to {Maximum} in {Steps}, rise {Rise}, divisors {StartDivisor} and {EndDivisor}");

    internal override double Value(long update, double learningRate)
    {
        double first = Maximum / StartDivisor;
        double top = (Rise * Steps) - 1;
        double end = Steps - 1;
        double t = Math.Min(update, end);
        return t <= top
            ? Between(first, Maximum, t / top)
            : Between(Maximum, first / EndDivisor, (t - top) / (end - top));
    }

    private static double Between(double from, double to, double share) => to + ((from - to) * (1 + PortableMath.CosPi(share)) / 2);
}

/// <summary>See <see cref="Schedule.ProportionalToLearningRate"/>.</summary>
internal sealed record ProportionalSchedule(double RhoMinimum, double RhoMaximum, double RateMinimum, double RateMaximum) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"proportional from {RhoMinimum} to {RhoMaximum} at learning rates from {RateMinimum} to {RateMaximum}");

    internal override double Value(long update, double learningRate) =>
        RhoMinimum + ((RhoMaximum - RhoMinimum) * (learningRate - RateMinimum) / (RateMaximum - RateMinimum));
}

/// <summary>See <see cref="Schedule.WithWarmup"/>.</summary>
internal sealed record WarmupSchedule(Schedule Inner, long Updates, double From) : Schedule
{
    internal override string Describe() => FormattableString.Invariant($"warm-up of {Updates} from {From}, then {Inner.Describe()}");

    internal override double Value(long update, double learningRate) => update < Updates
        ? Inner.Value(0, learningRate) * (From + ((1 - From) * (update + 1) / Updates))
        : Inner.Value(update - Updates, learningRate);
}
