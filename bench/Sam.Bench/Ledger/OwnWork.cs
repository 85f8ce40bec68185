using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench;

/// <summary>What a step of a variant does over the arenas beyond a step of its base optimizer, counted on the device in software.</summary>
/// <param name="Step">The step.</param>
/// <param name="Base">The base optimizer's.</param>
internal sealed record OwnWork(StepCounts Step, StepCounts Base)
{
    /// <summary>Kernels more than the base optimizer's, small ones over the tensors' sums included.</summary>
    public long Kernels => OfStep(Step).Launches - OfStep(Base).Launches;

    /// <summary>Bytes that they load and store more, for each parameter.</summary>
    public double Bytes => (OfStep(Step).Bytes - OfStep(Base).Bytes) / (double)ArenaModel.Count;

    /// <summary>Counts the kinds of steps of a variant: one for those that are all alike, else as many as its interval has.</summary>
    /// <param name="perturbation">Where the second gradient is taken.</param>
    /// <param name="makeBase">The base optimizer.</param>
    /// <param name="options">The rest.</param>
    public static OwnWork[] Of(Perturbation perturbation, Func<BaseOptimizer> makeBase, SamOptions options)
    {
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas });
        StepCounts alone = Count(emulated, device, Perturbation.None, makeBase, new SamOptions())[0];
        return [.. Count(emulated, device, perturbation, makeBase, options).Select(step => new OwnWork(step, alone))];
    }

    private static StepCounts[] Count(EmulatedCuda emulated, Device device, Perturbation perturbation, Func<BaseOptimizer> makeBase, SamOptions options)
    {
        using ArenaModel model = new(device);
        using SamOptimizer optimizer = new(model, makeBase(), perturbation, options);
        return StepCounts.Of(emulated, () => optimizer.Step([0f], [0f]), Math.Max(options.Interval, options.Combination.Interval));
    }

    private static (long Launches, long Bytes) OfStep(StepCounts step)
    {
        IEnumerable<LedgerRow> rows = step.Rows.Where(static row => KernelFamilies.Of(row.Name) != "loss");
        return (rows.Sum(static row => row.Counters.Launches), rows.Sum(static row => row.GlobalBytes));
    }
}
