using System.Diagnostics;

namespace Sam.Bench;

/// <summary>Times bodies that take turns, so that a drift of the machine's speed touches all alike.</summary>
internal static class Clock
{
    /// <summary>Median milliseconds of each body; the first second warms up and is not counted.</summary>
    /// <param name="repetitions">Counted runs of each body.</param>
    /// <param name="bodies">What to time.</param>
    /// <returns>One median for each body.</returns>
    public static double[] Medians(int repetitions, params ReadOnlySpan<Action> bodies) =>
        Medians(repetitions, static () => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, bodies);

    /// <summary>Median milliseconds of each body by a clock of choice; the first second warms up and is not counted.</summary>
    /// <param name="repetitions">Counted runs of each body.</param>
    /// <param name="seconds">The clock.</param>
    /// <param name="bodies">What to time.</param>
    /// <returns>One median for each body.</returns>
    public static double[] Medians(int repetitions, Func<double> seconds, params ReadOnlySpan<Action> bodies)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < 1;)
        {
            foreach (Action body in bodies)
            {
                body();
            }
        }

        double[][] times = new double[bodies.Length][];
        for (int i = 0; i < bodies.Length; i++)
        {
            times[i] = new double[repetitions];
        }

        for (int r = 0; r < repetitions; r++)
        {
            for (int i = 0; i < bodies.Length; i++)
            {
                double start = seconds();
                bodies[i]();
                times[i][r] = (seconds() - start) * 1e3;
            }
        }

        double[] medians = new double[bodies.Length];
        for (int i = 0; i < bodies.Length; i++)
        {
            Array.Sort(times[i]);
            medians[i] = times[i][repetitions / 2];
        }

        return medians;
    }
}
