using System.Globalization;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench.Commands;

/// <summary>Times on a GPU by its own events, as JSON lines: SAM over SGD for each workload, and each family's bytes over time beside a copy on the
/// device in the same run.</summary>
internal static class GpuCommand
{
    public const string Usage = "gpu [--device cuda|emulated] [--only NAME|families] [--reps N]";

    internal const string Families = "families";
    internal const int EmulatedElements = 1 << 13;

    private const int Elements = 1 << 26;

    public static int Run(string[] arguments)
    {
        bool emulates = false;
        int rounds = 0;
        string? only = null;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--device" when value is "cuda" or "emulated":
                    emulates = value == "emulated";
                    break;
                case "--only" when value == Families || StepWorkload.Names.Contains(value):
                    only = value;
                    break;
                case "--reps" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds > 0:
                    break;
                default:
                    Console.Error.WriteLine(
                        $"'{arguments[i]} {value}' is not understood; usage: {Usage}, with N at least 1 and NAME one of {string.Join(", ", StepWorkload.Names)}.");
                    return 2;
            }
        }

        if (emulates)
        {
            using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
            using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas });
            Measure(device, only, rounds > 0 ? rounds : 1, runs: 1, EmulatedElements, "the device is emulated: times and rates mean nothing");
            return 0;
        }

        try
        {
            using Device device = Device.Cuda();
            Measure(device, only, rounds > 0 ? rounds : 15, runs: 20, Elements, "");
            return 0;
        }
        catch (PlatformNotSupportedException e)
        {
            Console.Error.WriteLine($"There is no GPU to measure: {e.Message} `gpu --device emulated` runs the same in software.");
            return 1;
        }
    }

    internal static void Measure(Device device, string? only, int rounds, int runs, int elements, string note)
    {
        Console.WriteLine($"{{\"device\":\"{device.Name}\",\"note\":\"{note}\"}}");
        CudaAccelerator accelerator = (CudaAccelerator)device;
        using GpuTimer timer = new(accelerator);
        if (only is null or Families) MeasureFamilies(accelerator, timer, rounds, runs, elements, note);
        foreach (string name in StepWorkload.Names.Where(name => only is null || only == name))
        {
            using StepWorkload workload = StepWorkload.Make(name, device, seed: 1);
            using SamOptimizer sgd = workload.Optimizer(Perturbation.None), sam = workload.Optimizer(Perturbation.Sam(StepWorkload.Rho));
            double[] times = timer.Medians(rounds, runs, () => workload.Step(sgd), () => workload.Step(sam));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"workload\":\"{name}\",\"parameters\":{workload.ParameterCount},\"sgd_ms\":{times[0]:F4},\"sam_ms\":{times[1]:F4},\"sam_over_sgd\":{times[1] / times[0]:F3}{Note(note)}}}"));
        }
    }

    private static void MeasureFamilies(CudaAccelerator device, GpuTimer timer, int rounds, int runs, int elements, string note)
    {
        using GpuFamilies families = new(device, elements);
        foreach ((string family, long bytes, Action call) in families.All()) Compare(family, bytes, Entered(device, call));

        // A device in software would take its time for eleven million weights.
        using FlatModel model = note.Length > 0 ? new(device, matrix: 16) : new(device);
        float[] input = [1];
        foreach (FamilyCase variant in FamilyCase.All)
        {
            using SamOptimizer sam = variant.Make(model);
            Compare($"step: {variant.Name}", (long)variant.Bytes * model.Layout.ArenaCount, () => sam.Step(input, Loss.Sum));
        }

        void Compare(string family, long bytes, Action call)
        {
            double[] times = timer.Medians(rounds, runs, call, Entered(device, families.Copy));
            double rate = bytes / times[0] / 1e6, copy = families.CopyBytes / times[1] / 1e6;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"family\":\"{family}\",\"bytes\":{bytes},\"ms\":{times[0]:G4},\"gb_per_s\":{rate:G4},\"copy_gb_per_s\":{copy:G4},\"share_of_copy\":{rate / copy:F3}{Note(note)}}}"));
        }
    }

    private static string Note(string note) => note.Length > 0 ? ",\"times_mean_nothing\":true" : "";

    private static Action Entered(CudaAccelerator device, Action call) => () =>
    {
        using DeviceScope scope = device.Enter();
        call();
    };
}
