namespace Sam.Native.Tests.Optimizers;

public sealed class ScheduleTests
{
    // Values are float roundings of double formulas.
    private const double Tolerance = 1e-6;

    [Fact]
    public void Schedules_FollowTheirFormulas()
    {
        for (int t = 0; t <= 130; t++)
        {
            Near(0.3, Schedule.Constant(0.3f).At(t));
            Near(0.5 * Math.Pow(0.1, t / 30), Schedule.Step(0.5f, 30).At(t));
            Near(0.5 * Math.Pow(0.2, (t >= 10 ? 1 : 0) + (t >= 50 ? 1 : 0)), Schedule.MultiStep(0.5f, [10, 50], 0.2f).At(t));
            Near(0.1 + (0.4 * (1 + Math.Cos(Math.PI * Math.Min(t, 100) / 100)) / 2), Schedule.Cosine(0.5f, 0.1f, 100).At(t));
            Near(0.5 + ((0.1 - 0.5) * Math.Min(t, 100) / 100), Schedule.Linear(0.5f, 0.1f, 100).At(t));
            Near(0.1 + (0.4 * Math.Pow(1 - (Math.Min(t, 100) / 100.0), 1.7)), Schedule.Polynomial(0.5f, 0.1f, 100, 1.7f).At(t));
            Near(0.5 * Math.Pow(0.97f, t), Schedule.Exponential(0.5f, 0.97f).At(t));
            Near(t < 10 ? 0.5 * (0.2 + (0.8 * (t + 1) / 10)) : 0.5 + ((0.1 - 0.5) * Math.Min(t - 10, 100) / 100),
                Schedule.Linear(0.5f, 0.1f, 100).WithWarmup(10, 0.2f).At(t));
        }
    }

    [Fact]
    public void CosineWithRestarts_StartsAgainWithLongerPeriods()
    {
        Schedule schedule = Schedule.Cosine(1, 0, 10, restarts: true, periodFactor: 2);
        Near(1, schedule.At(0));
        Near(0.5, schedule.At(5));
        Near(1, schedule.At(10));
        Near(0.5, schedule.At(20));
        Near(1, schedule.At(30));
        Near(0.5, schedule.At(50));
    }

    // By the formula of torch.optim.lr_scheduler.OneCycleLR for max_lr 0.1 and 10 steps: up in 0.3 * 10 - 1 steps, down in the other 7.
    [Fact]
    public void OneCycle_GivesTorchsValues()
    {
        double[] expected =
        [
            0.004, 0.052, 0.1, 0.09504846320134737, 0.08117456539497631, 0.06112620219362892,
            0.03887399780637107, 0.018825834605023695, 0.004951936798652634, 4e-07,
        ];
        Schedule schedule = Schedule.OneCycle(0.1f, 10);
        for (int t = 0; t < expected.Length; t++)
        {
            Near(expected[t], schedule.At(t));
        }
    }

    [Fact]
    public void ProportionalRho_FollowsTheLearningRate()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        SamOptions options = new()
        {
            LearningRate = Schedule.Cosine(0.1f, 0.02f, 4),
            Rho = Schedule.ProportionalToLearningRate(0.04f, 0.2f, 0.02f, 0.1f),
        };
        using SamOptimizer sam = new(model, new Sgd(1), Perturbation.Sam(), options);
        for (int t = 0; t < 6; t++)
        {
            sam.Step(() => model.Run(0));
            double rate = 0.02 + (0.08 * (1 + Math.Cos(Math.PI * Math.Min(t, 4) / 4)) / 2);
            Near(rate, sam.BaseOptimizer.LearningRate);
            Near(0.04 + (0.16 * (rate - 0.02) / 0.08), sam.Rho);
        }
    }

    [Fact]
    public void SkippedSteps_DoNotMoveASchedule()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        using SamOptimizer sam = new(model, new Sgd(1), Perturbation.Sam(), new SamOptions { LearningRate = Schedule.Linear(1, 0, 4) });
        sam.Step(() => model.Run(0));
        Assert.True(sam.Step(() => model.Run(0, double.NaN)).Skipped);
        Assert.Equal(0.75f, sam.BaseOptimizer.LearningRate);
        sam.Step(() => model.Run(0));
        Assert.Equal(0.75f, sam.BaseOptimizer.LearningRate);
    }

    [Fact]
    public void PortableMath_AgreesWithThePlatform()
    {
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            double x = Math.ScaleB(random.NextDouble() + 0.5, random.Next(-600, 600));
            Assert.Equal(1, PortableMath.Log(x) / Math.Log(x), 1e-14);
            double y = (random.NextDouble() - 0.5) * 600;
            Assert.Equal(1, PortableMath.Exp(y) / Math.Exp(y), 2e-13);
            double z = random.NextDouble();
            Assert.Equal(Math.Cos(Math.PI * z), PortableMath.CosPi(z), 1e-14);
        }

        Assert.Equal(0, PortableMath.CosPi(0.5));
        Assert.Equal(-1, PortableMath.CosPi(1));
        Assert.Equal(1, PortableMath.Power(0.3, 0L));
    }

    [Fact]
    public void BadSettings_AreErrorsThatNameThem()
    {
        Assert.Equal("start", Assert.Throws<ArgumentOutOfRangeException>(static () => Schedule.Cosine(-1, 0, 10)).ParamName);
        Assert.Equal("steps", Assert.Throws<ArgumentOutOfRangeException>(static () => Schedule.Linear(1, 0, 0)).ParamName);
        Assert.Equal("milestones", Assert.Throws<ArgumentException>(static () => Schedule.MultiStep(1, [5, 5])).ParamName);
        Assert.Equal("rise", Assert.Throws<ArgumentOutOfRangeException>(static () => Schedule.OneCycle(1, 10, rise: 1)).ParamName);
        Assert.Equal("from", Assert.Throws<ArgumentOutOfRangeException>(static () =>
            Schedule.Constant(1).WithWarmup(5, from: 2)).ParamName);
        Assert.Equal("lrMaximum", Assert.Throws<ArgumentOutOfRangeException>(static () =>
            Schedule.ProportionalToLearningRate(0, 1, 1, 1)).ParamName);
    }

    private static void Near(double expected, float actual) => Assert.Equal(expected, actual, Tolerance);
}
