using System.Globalization;

namespace Sam.Native;

/// <summary>How a device is set up.</summary>
public sealed record DeviceOptions
{
    /// <summary>The environment variable that gives the number of threads where <see cref="Threads"/> does not.</summary>
    public const string ThreadsVariable = "SAM_THREADS";

    /// <summary>The most threads a CPU device takes.</summary>
    public const int MaximumThreads = 1024;

    /// <summary>Threads of the CPU device, the caller's included: 1 to <see cref="MaximumThreads"/>. 0, the default, takes the environment variable
    /// SAM_THREADS, and where that is not set, one for each core. Results are the same bits for any number.</summary>
    public int Threads { get; init; }

    /// <summary>The number of threads these options and the environment stand for.</summary>
    /// <returns>1 to <see cref="MaximumThreads"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="Threads"/> is negative or too large.</exception>
    /// <exception cref="FormatException">The environment variable is not a number from 1 to <see cref="MaximumThreads"/>.</exception>
    internal int ResolveThreads()
    {
        if (Threads < 0 || Threads > MaximumThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(Threads), Threads, $"A CPU device takes 1 to {MaximumThreads} threads, or 0 for the default.");
        }

        if (Threads > 0)
        {
            return Threads;
        }

        string? text = Environment.GetEnvironmentVariable(ThreadsVariable);
        if (string.IsNullOrEmpty(text))
        {
            return Math.Clamp(Environment.ProcessorCount, 1, MaximumThreads);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads is >= 1 and <= MaximumThreads
            ? threads
            : throw new FormatException($"The environment variable {ThreadsVariable} is a number from 1 to {MaximumThreads}; it is '{text}'.");
    }
}
