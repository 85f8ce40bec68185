using System.Diagnostics;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench;

/// <summary>What a replayed step costs the host.</summary>
/// <param name="Microseconds">Median time of a step that is submitted behind another one, on a batch in the optimizer's own memory.</param>
/// <param name="CopiedMicroseconds">The same on a batch of the caller's, its way into pinned memory included.</param>
/// <param name="CopyMicroseconds">Median time of a copy of that many bytes alone.</param>
/// <param name="AllocatedBytes">Managed bytes that it allocates, at most.</param>
internal sealed record HostCost(double Microseconds, double CopiedMicroseconds, double CopyMicroseconds, long AllocatedBytes)
{
    private const int Warmups = 200;

    // The first steps run call by call and are captured: they copy from memory that is theirs for the call only, which must not wait.
    private const int StepsUntilReplayed = 4;
    private const int Repetitions = 400;

    /// <summary>Measures a workload's SAM step.</summary>
    /// <param name="name">The workload.</param>
    public static HostCost Of(string name)
    {
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        using Device device = Device.Cuda(new CudaOptions { Driver = HostOnlyDriver.Driver, Cublas = HostOnlyDriver.Cublas });
        using StepWorkload workload = StepWorkload.Make(name, device, seed: 1);
        using SamOptimizer sam = workload.Optimizer(Perturbation.Sam(StepWorkload.Rho));
        byte[] source = new byte[workload.BatchBytes], first = new byte[workload.BatchBytes], second = new byte[workload.BatchBytes];
        double[] inPlace = new double[Repetitions], copied = new double[Repetitions], copies = new double[Repetitions];
        long allocated = 0;
        for (int i = 0; i < StepsUntilReplayed; i++) workload.Step(sam);
        for (int i = -Warmups; i < Repetitions; i++)
        {
            double own = Time(device, sam, workload.StepInPlace, ref allocated), callers = Time(device, sam, workload.Step, ref allocated);

            // The batch is in the cache, as after the step before, and the two targets take turns.
            source.CopyTo(first, 0);
            long begin = Stopwatch.GetTimestamp();
            source.CopyTo(second, 0);
            double copy = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
            if (i < 0) allocated = 0;
            else (inPlace[i], copied[i], copies[i]) = (own, callers, copy);
        }

        return new HostCost(Median(inPlace), Median(copied), Median(copies), allocated);
    }

    private static double Time(Device device, SamOptimizer sam, Func<SamOptimizer, StepResult> step, ref long allocated)
    {
        // The step behind one that is in flight is the usual one: its numbers are made for two counts of updates.
        HostOnlyDriver.Holds = true;
        step(sam);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long begin = Stopwatch.GetTimestamp();
        StepResult result = step(sam);
        double time = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        allocated = Math.Max(allocated, GC.GetAllocatedBytesForCurrentThread() - bytes);
        using (device.Enter()) HostOnlyDriver.Release();
        return result.Skipped ? throw new InvalidOperationException("A step without kernels was skipped.") : time;
    }

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }
}
