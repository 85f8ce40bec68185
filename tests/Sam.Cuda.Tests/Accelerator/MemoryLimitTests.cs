using System.Globalization;
using System.Text.RegularExpressions;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Memory that runs out: the message says what was asked for, what is used for what, and a batch that does fit.</summary>
public sealed partial class MemoryLimitTests
{
    [Fact]
    public void AModelThatDoesNotFit_SaysWhichBatchDoes()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using Device device = Open(cuda);
        cuda.Faults.MemoryLimitBytes = device.AllocatedBytes + (1 << 20);
        OutOfMemoryException error = Assert.Throws<OutOfMemoryException>(() => new SmallMlp(device, 100_000));
        Assert.Matches(@"SmallMlp with a batch of 100000 does not fit: [0-9.]+ MiB for activations are not to be had on CUDA", error.Message);
        Assert.Matches(@"[0-9.]+ MiB of [0-9.]+ MiB are free; this device object holds .*cuBLAS workspace 32\.0 MiB", error.Message);
        Assert.Matches(@"weights [0-9.]+ MiB, gradients [0-9.]+ MiB", error.Message);
        int batch = Number(BatchPattern().Match(error.Message));
        using (SmallMlp fits = new(device, batch)) Assert.Equal(batch, fits.BatchSize);
        Assert.Throws<OutOfMemoryException>(() => new SmallMlp(device, batch + 64));
    }

    [Fact]
    public void AnOptimizerThatDoesNotFit_SaysWithWhichBatchItWould()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using Device device = Open(cuda);
        long own = device.AllocatedBytes;
        int batch;
        using (WideMlp model = new(device, 2000))
        {
            cuda.Faults.MemoryLimitBytes = device.AllocatedBytes + (2 << 20);
            long before = device.AllocatedBytes;
            OutOfMemoryException error = Assert.Throws<OutOfMemoryException>(() => Optimizer(model));
            Assert.Matches(@"The optimizer of a WideMlp with a batch of 2000 needs about [0-9.]+ MiB of its own: [0-9.]+ MiB for saved weights are", error.Message);
            Assert.Matches(@"this device object holds activations [0-9.]+ MiB, .*weights [0-9.]+ MiB", error.Message);
            batch = Number(LeavingPattern().Match(error.Message));
            Assert.Equal(before, device.AllocatedBytes);
            Assert.InRange(batch, 1, 1999);
        }

        Assert.Equal(own, device.AllocatedBytes);
        using WideMlp smaller = new(device, batch * 9 / 10);
        using SamOptimizer sam = Optimizer(smaller);
        Assert.True(float.IsFinite(sam.Step(new float[64], new int[1]).Loss));
    }

    private static SamOptimizer Optimizer(Model model) => new(model, new AdamW(0.01f), Perturbation.Sam(0.05f));

    private static int Number(Match match)
    {
        Assert.True(match.Success, "The message names no batch.");
        return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static Device Open(EmulatedCuda cuda) =>
        Device.Cuda(new CudaOptions { Driver = cuda.Driver, Cublas = cuda.Cublas, CacheFolder = CudaSession.RunFolder });

    [GeneratedRegex(@"A batch of (\d+) would fit")]
    private static partial Regex BatchPattern();

    [GeneratedRegex(@"Made with a batch of (\d+), the model would leave that much")]
    private static partial Regex LeavingPattern();
}
