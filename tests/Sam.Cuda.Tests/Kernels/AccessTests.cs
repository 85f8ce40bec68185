using System.Text.RegularExpressions;
using Sam.Emulator;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>How every kernel of the library reaches memory, counted: global loads and stores of whole sectors, shared memory without bank
/// conflicts, and no local memory. A kernel that <see cref="EveryKernel"/> does not launch fails.</summary>
public sealed partial class AccessTests(AccessTests.Counts counts) : IClassFixture<AccessTests.Counts>
{
    private const double MostSectors = 1.1;

    // Kernels that reach memory in another way, how far they may go, and why.
    private static readonly Dictionary<string, (double Loads, double Stores, string Reason)> s_scattered = new(StringComparer.Ordinal)
    {
        ["add_slices"] = (1.15, MostSectors, "slices of any length begin inside of sectors"),
        ["batch_norm_backward_sums"] = (MostSectors, 4.4, "stores a few doubles for each block"),
        ["batch_norm_count"] = (8, 8, "one number"),
        ["batch_norm_forward_sums"] = (MostSectors, 4.6, "stores a few doubles for each block"),
        ["bias_sums"] = (MostSectors, 8, "stores a float for each block"),
        ["commit"] = (1.4, 1.4, "a record of some hundred bytes"),
        ["convolution_data_32x64"] = (2.2, 1.9, "gathers windows; images of 7 columns, every other row for a stride of 2"),
        ["convolution_data_64x128"] = (2.1, 1.5, "gathers windows; images of 13 columns"),
        ["convolution_data_64x64"] = (1.3, MostSectors, "gathers windows; images of 9 columns"),
        ["convolution_forward_32x64"] = (2.1, 1.6, "gathers windows; images of 7 columns"),
        ["convolution_forward_64x128"] = (1.15, 1.5, "gathers windows; images of 13 columns"),
        ["convolution_weight_32x64"] = (1.3, 4.5, "gathers windows; rows of weights that are no multiple of four are stored one by one"),
        ["convolution_weight_64x64"] = (1.5, 4.5, "gathers windows; rows of weights that are no multiple of four are stored one by one"),
        ["evaluate"] = (3.4, 5.9, "a thread for each tensor, three doubles and five floats apart"),
        ["group_norm_parameters"] = (MostSectors, 5.4, "stores a float for each block"),
        ["lars"] = (1.15, MostSectors, "tables of 24 and 20 bytes, once a warp"),
        ["layer_scales"] = (3.1, 3.1, "a thread for each tensor, three doubles apart"),
        ["max_pool_backward"] = (1.2, MostSectors, "windows of three columns that overlap"),
        ["max_pool_forward"] = (1.2, MostSectors, "windows of three columns that overlap"),
        ["measure"] = (MostSectors, 4.2, "stores a few doubles for each block"),
        ["measure_noise"] = (1.3, MostSectors, "tables of 24 and 12 bytes, once a warp"),
        ["measure_powers"] = (1.2, 4.2, "tables of 24 and 12 bytes, once a warp; stores a few doubles for each block"),
        ["products"] = (MostSectors, 4, "stores a few doubles for each block"),
        ["stage"] = (MostSectors, 1.4, "a batch of four numbers"),
        ["sum"] = (MostSectors, 4.4, "stores a double for each block"),
        ["sum_of_squares"] = (MostSectors, 4.4, "stores a double for each block"),
    };

    public static TheoryData<string> Kernels =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "cuda"), "*.ptx")
            .SelectMany(static file => EntryPattern().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void AKernel_TakesWholeSectorsAndMeetsNoConflicts(string kernel)
    {
        LedgerRow? row = counts.Rows.FirstOrDefault(row => row.Name == kernel);
        Assert.SkipWhen(row is null && kernel == "half_operands" && !CudaLibraries.Nvrtc.IsAvailable, CudaLibraries.Nvrtc.Reason ?? "");
        Assert.True(row is not null, $"{kernel} was not launched by {nameof(EveryKernel)}.");
        KernelCounters c = row.Counters;
        (double loads, double stores, _) = s_scattered.GetValueOrDefault(kernel, (MostSectors, MostSectors, ""));
        double loaded = Ratio(c.GlobalLoadSectors, c.GlobalLoadBytes), stored = Ratio(c.GlobalStoreSectors, c.GlobalStoreBytes);
        Assert.True(loaded <= loads && stored <= stores, $"{kernel}: {loaded:0.00} of {loads} in loads, {stored:0.00} of {stores} in stores.");
        Assert.Equal((0, 0), (c.SharedBankConflicts, c.LocalBytes));
    }

    private static double Ratio(long sectors, long bytes) => bytes == 0 ? 0 : sectors * 32.0 / bytes;

    [GeneratedRegex(@"\.entry (\w+)")]
    private static partial Regex EntryPattern();

    /// <summary>The counts of one run of every kernel.</summary>
    public sealed class Counts
    {
        public Counts()
        {
            using CudaSession session = new(new EmulatedCudaOptions());
            using (EveryKernel kernels = new(session)) kernels.Run();
            using CudaSession halves = new(new EmulatedCudaOptions(), CudaPrecision.BFloat16);
            if (CudaLibraries.Nvrtc.IsAvailable)
            {
                using EveryKernel kernels = new(halves);
                kernels.RunProducts();
            }

            Rows = [.. session.Emulated!.Ledger.Kernels, .. halves.Emulated!.Ledger.Kernels];
        }

        public IReadOnlyList<LedgerRow> Rows { get; }
    }
}
