using System.Diagnostics;

namespace Sam.Cli.Training;

/// <summary>What the operating system knows of this process.</summary>
internal static class ProcessFigures
{
    /// <summary>Time since the process was started, the runtime's own start included.</summary>
    public static double SecondsSinceStart()
    {
        using Process process = Process.GetCurrentProcess();
        return (DateTime.Now - process.StartTime).TotalSeconds;
    }

    /// <summary>The most physical memory the process has had.</summary>
    public static long PeakWorkingSetBytes()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
