namespace Sam.Cli;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    /// <summary>All done.</summary>
    public const int Success = 0;

    /// <summary>Training diverged, or an error that is not the user's.</summary>
    public const int Failure = 1;

    /// <summary>A bad option or a bad data file.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C (128 plus the signal's number, as shells have it).</summary>
    public const int Interrupted = 130;
}
