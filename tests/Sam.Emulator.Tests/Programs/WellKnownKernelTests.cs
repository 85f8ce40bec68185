using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>NVRTC's PTX of well-known kernels, run through the driver with every check on, against references in C#.</summary>
public sealed unsafe class WellKnownKernelTests
{
    // Sums of a thousand float32 values of size 1 in another order than the reference's: a few units in the last place of the largest
    // partial sum. Fast math adds two units in the last place of expf and of division (CUDA programming guide, tables of intrinsics).
    private const double Tolerance = 2e-5;

    public static TheoryData<string, bool> Targets => new()
    {
        { "compute_60", false },
        { "compute_70", false },
        { "compute_70", true },
        { "compute_80", false },
        { "compute_80", true },
        { "compute_90", false },
        { "compute_90", true },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Reduction(string target, bool fast)
    {
        using KernelRun run = new(KernelSources.Reduction, target, fast);
        float[] x = Random(5000);
        nint dx = run.Device.Upload<float>(x), partial = run.Device.Allocate(4 * 7), total = run.Device.Allocate(4);
        run.Launch("block_sums", new LaunchShape(7, 96), dx, partial, 5000);
        run.Launch("block_sums", new LaunchShape(1, 32), partial, total, 7);
        Assert.Equal(x.Sum(value => (double)value), run.Device.Download<float>(total, 1)[0], Tolerance * 100);
        run.Device.Free(dx, partial, total);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Scan(string target, bool fast)
    {
        using KernelRun run = new(KernelSources.Scan, target, fast);
        int[] values = [.. Enumerable.Range(0, 200).Select(i => (i * 7919) % 101)];
        nint input = run.Device.Upload<int>(values), output = run.Device.Allocate(4 * values.Length);
        run.Launch("scan", new LaunchShape(1, 256, sharedBytes: 2 * 256 * 4), input, output, values.Length);
        int sum = 0;
        Assert.Equal(values.Select(value => sum += value), run.Device.Download<int>(output, values.Length));
        run.Device.Free(input, output);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Transpose(string target, bool fast)
    {
        const int rows = 45, columns = 70;
        using KernelRun run = new(KernelSources.Transpose, target, fast);
        float[] values = Random(rows * columns);
        nint input = run.Device.Upload<float>(values), output = run.Device.Allocate(4 * rows * columns);
        run.Launch("transpose", new LaunchShape(3, 2, 1, 32, 8, 1), input, output, rows, columns);
        float[] result = run.Device.Download<float>(output, rows * columns);
        for (int i = 0; i < rows * columns; i++) Assert.Equal(values[(i % rows * columns) + (i / rows)], result[i]);
        Assert.Equal(0, run.Device.Cuda.Ledger.Total.Counters.SharedBankConflicts);
        run.Device.Free(input, output);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void MatrixProduct(string target, bool fast)
    {
        const int m = 33, n = 20, k = 50;
        using KernelRun run = new(KernelSources.Product, target, fast);
        float[] a = Random(m * k), b = Random(k * n);
        nint da = run.Device.Upload<float>(a), db = run.Device.Upload<float>(b), dc = run.Device.Allocate(4 * m * n);
        run.Launch("product", new LaunchShape(2, 3, 1, 16, 16, 1), da, db, dc, m, n, k);
        float[] result = run.Device.Download<float>(dc, m * n);
        for (int i = 0; i < m * n; i++)
        {
            double sum = 0;
            for (int l = 0; l < k; l++) sum += (double)a[(i / n * k) + l] * b[(l * n) + (i % n)];
            Assert.Equal(sum, result[i], Tolerance);
        }

        run.Device.Free(da, db, dc);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Softmax(string target, bool fast)
    {
        const int rows = 3, columns = 300;
        using KernelRun run = new(KernelSources.Softmax, target, fast);
        float[] x = Random(rows * columns);
        nint input = run.Device.Upload<float>(x), output = run.Device.Allocate(4 * rows * columns);
        run.Launch("softmax", new LaunchShape(rows, 128), input, output, columns);
        float[] result = run.Device.Download<float>(output, rows * columns);
        for (int row = 0; row < rows; row++)
        {
            double[] exponents = [.. x.Skip(row * columns).Take(columns).Select(value => Math.Exp(value))];
            double sum = exponents.Sum();
            for (int i = 0; i < columns; i++) Assert.Equal(exponents[i] / sum, result[(row * columns) + i], Tolerance * exponents[i] / sum);
        }

        run.Device.Free(input, output);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void LayerNorm(string target, bool fast)
    {
        const int rows = 5, columns = 77;
        using KernelRun run = new(KernelSources.LayerNorm, target, fast);
        float[] x = Random(rows * columns), gain = Random(columns), bias = Random(columns);
        nint dx = run.Device.Upload<float>(x), dg = run.Device.Upload<float>(gain), db = run.Device.Upload<float>(bias);
        nint output = run.Device.Allocate(4 * rows * columns);
        run.Launch("layer_norm", new LaunchShape(2, 1, 1, 32, 4, 1), dx, dg, db, output, rows, columns);
        float[] result = run.Device.Download<float>(output, rows * columns);
        for (int row = 0; row < rows; row++)
        {
            double[] values = [.. x.Skip(row * columns).Take(columns).Select(value => (double)value)];
            double mean = values.Average(), variance = values.Average(value => (value - mean) * (value - mean));
            for (int i = 0; i < columns; i++)
            {
                Assert.Equal(((values[i] - mean) / Math.Sqrt(variance + 1e-5) * gain[i]) + bias[i], result[(row * columns) + i], Tolerance);
            }
        }

        run.Device.Free(dx, dg, db, output);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void SortingNetwork(string target, bool fast)
    {
        using KernelRun run = new(KernelSources.Sort, target, fast);
        Random random = new(5);
        uint[] keys = [.. Enumerable.Range(0, 256).Select(_ => (uint)random.NextInt64(1L << 32))];
        nint data = run.Device.Upload<uint>(keys);
        run.Launch("bitonic_sort", new LaunchShape(1, 256, sharedBytes: 1024), data);
        Assert.Equal(keys.Order(), run.Device.Download<uint>(data, 256));
        run.Device.Free(data);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Histogram(string target, bool fast)
    {
        using KernelRun run = new(KernelSources.Histogram, target, fast);
        byte[] bytes = new byte[3000];
        new Random(6).NextBytes(bytes);
        nint data = run.Device.Upload<byte>(bytes), bins = run.Device.Upload<uint>(new uint[256]);
        run.Launch("histogram", new LaunchShape(3, 128), data, bins, bytes.Length);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (uint)bytes.Count(value => value == i)), run.Device.Download<uint>(bins, 256));
        run.Device.Free(data, bins);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void GridBarrier(string target, bool fast)
    {
        const int blocks = 6, threads = 64, rounds = 4;
        using KernelRun run = new(KernelSources.GridBarrier, target, fast);
        int[] values = [.. Enumerable.Range(0, blocks * threads)];
        nint from = run.Device.Upload<int>(values), to = run.Device.Allocate(4 * values.Length), arrived = run.Device.Upload<uint>([0u]);
        run.Launch("rotate_blocks", new LaunchShape(blocks, threads) { IsCooperative = true }, from, to, arrived, rounds);
        Assert.Equal(
            Enumerable.Range(0, blocks * threads).Select(i => (i + (rounds * threads)) % (blocks * threads)),
            run.Device.Download<int>(from, values.Length));
        run.Device.Free(from, to, arrived);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void SpinLock(string target, bool fast)
    {
        using KernelRun run = new(KernelSources.SpinLock, target, fast);
        nint taken = run.Device.Upload<int>([0]), counter = run.Device.Upload<int>([0]);
        run.Launch("locked_increment", new LaunchShape(4, 40), taken, counter);
        Assert.Equal(160, run.Device.Download<int>(counter, 1)[0]);
        run.Device.Free(taken, counter);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Perturbation(string target, bool fast)
    {
        const int n = 1003;
        using KernelRun run = new(KernelSources.Perturb, target, fast);
        float[] w = Random(n), g = Random(n);
        float squares = (float)g.Sum(value => (double)value * value);
        nint dw = run.Device.Upload<float>(w), dg = run.Device.Upload<float>(g), ds = run.Device.Upload<float>([squares]);
        run.Launch("sam_perturb", LaunchShape.For(n, 128, 4), dw, dg, ds, TestDevice.Bits(0.05f), n);
        float[] result = run.Device.Download<float>(dw, n);
        for (int i = 0; i < n; i++) Assert.Equal(w[i] + (0.05 * g[i] / Math.Sqrt(squares)), result[i], 1e-6);

        // Counted by hand: 250 whole vectors of w and g read and 250 of w written, and 3 odd elements; each thread reads the norm.
        KernelCounters counters = Assert.Single(run.Device.Cuda.Ledger.Kernels).Counters;
        Assert.Equal((2 * 4 * n) + (4 * 256), counters.GlobalLoadBytes);
        Assert.Equal(4 * n, counters.GlobalStoreBytes);
        run.Device.Free(dw, dg, ds);
    }

    private static float[] Random(int count)
    {
        Random random = new(count);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];
    }
}
