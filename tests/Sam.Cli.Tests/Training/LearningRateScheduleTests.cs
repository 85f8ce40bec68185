using Sam.Cli.Training;

namespace Sam.Cli.Tests.Training;

public sealed class LearningRateScheduleTests
{
    private const float Tolerance = 1e-6f;

    [Fact]
    public void Constant_StaysAtThePeak()
    {
        LearningRateSchedule schedule = new(ScheduleKind.Constant, 0.1f, warmup: 0, steps: 10);
        Assert.All(Enumerable.Range(0, 10), step => Assert.Equal(0.1f, schedule.At(step)));
    }

    [Fact]
    public void Cosine_GoesFromThePeakToAlmostZero()
    {
        LearningRateSchedule schedule = new(ScheduleKind.Cosine, 0.1f, warmup: 0, steps: 100);
        Assert.Equal(0.1f, schedule.At(0), Tolerance);
        Assert.Equal(0.05f, schedule.At(50), Tolerance);
        Assert.Equal(0.1 * 0.5 * (1 + Math.Cos(Math.PI * 0.99)), schedule.At(99), Tolerance);
    }

    [Fact]
    public void Warmup_RisesInEqualStepsAndReachesThePeak()
    {
        LearningRateSchedule schedule = new(ScheduleKind.Cosine, 0.1f, warmup: 0.1, steps: 100);
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
            LearningRateSchedule schedule = new(ScheduleKind.Cosine, 0.1f, warmup: 0.99, steps);
            Assert.All(Enumerable.Range(0, steps), step => Assert.InRange(schedule.At(step), 1e-9f, 0.1f));
        }
    }
}
