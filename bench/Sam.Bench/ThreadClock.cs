using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sam.Bench;

/// <summary>Seconds that the calling thread has run on a core, where the system tells: a busy machine does not show in them.</summary>
internal static unsafe partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Seconds of processor time of this thread on Linux, elsewhere seconds of wall time.</summary>
    public static double Seconds
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
            }

            long* time = stackalloc long[2];
            return GetTime(ThreadCpuTime, time) == 0 ? time[0] + (time[1] * 1e-9) : double.NaN;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);
}
