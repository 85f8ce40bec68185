using Sam.Cli.Training;

namespace Sam.Cli.Tests.Training;

public sealed class LearningRateScheduleTests
{
    private const float Tolerance = 1e-6f;

    [Fact]
    public void Constant_StaysAtThePeak()
    {
        LearningRateSchedule schedule = Make(ScheduleKind.Constant, warmup: 0, steps: 10);
        Assert.All(Enumerable.Range(0, 10), step => Assert.Equal(0.1f, schedule.At(step)));
    }

    [Fact]
    public void Cosine_GoesFromThePeakToAlmostZero()
    {
        LearningRateSchedule schedule = Make(ScheduleKind.Cosine, warmup: 0, steps: 100);
        Assert.Equal(0.1f, schedule.At(0), Tolerance);
        Assert.Equal(0.05f, schedule.At(50), Tolerance);
        Assert.Equal(0.1 * 0.5 * (1 + Math.Cos(Math.PI * 0.99)), schedule.At(99), Tolerance);
    }

    [Fact]
    public void Warmup_RisesInEqualStepsAndReachesThePeak()
    {
        LearningRateSchedule schedule = Make(ScheduleKind.Cosine, warmup: 0.1, steps: 100);
        for (int step = 0; step < 10; step++)
        {
            Assert.Equal(0.01 * (step + 1), schedule.At(step), Tolerance);
        }

        Assert.Equal(0.1f, schedule.At(10), Tolerance);
        Assert.True(schedule.At(99) > 0);
    }

    [Fact]
    public void EveryRate_IsPositiveForAnyLength()
    {
        for (int steps = 1; steps < 50; steps++)
        {
            LearningRateSchedule schedule = Make(ScheduleKind.Cosine, warmup: 0.99, steps: steps);
            Assert.All(Enumerable.Range(0, steps), step => Assert.InRange(schedule.At(step), 1e-9f, 0.1f));
        }
    }

    [Theory]
    [InlineData("Linear", 50, 0.05)]
    [InlineData("Polynomial", 50, 0.025)]
    [InlineData("Exponential", 20, 0.025)]
    [InlineData("Step", 40, 0.025)]
    [InlineData("MultiStep", 39, 0.05)]
    [InlineData("MultiStep", 40, 0.025)]
    [InlineData("Restarts", 10, 0.05)]
    [InlineData("Restarts", 20, 0.1)]
    [InlineData("OneCycle", 0, 0.004)]
    public void EachShape_HasItsRates(string shape, int step, double rate)
    {
        ScheduleKind kind = Enum.Parse<ScheduleKind>(shape);
        ScheduleSettings settings = new()
        {
            Kind = kind,
            Warmup = kind == ScheduleKind.OneCycle ? 0.3 : 0,
            Factor = 0.5f,
            Epochs = kind == ScheduleKind.MultiStep ? [2, 4] : [2],
        };
        Assert.Equal(rate, new LearningRateSchedule(settings, 0.1f, steps: 100, stepsPerEpoch: 10).At(step), Tolerance);
    }

    private static LearningRateSchedule Make(ScheduleKind kind, double warmup, int steps) =>
        new(new ScheduleSettings { Kind = kind, Warmup = warmup }, 0.1f, steps, steps);
}
