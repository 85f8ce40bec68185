using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Sam.Native.Cpu;

namespace Sam.Bench.Benchmarks;

/// <summary>Matrix products by size, rows x columns x inner dimension, beside the peak of fused multiply-adds.</summary>
[MemoryDiagnoser]
[Config(typeof(Columns))]
public unsafe class ProductBenchmarks
{
    private WorkerTeam? _team;
    private float* _a;
    private float* _b;
    private float* _c;
    private int _m;
    private int _n;
    private int _k;

    [Params("1024x1024x1024", "512x512x512", "128x256x784", "128x512x784", "128x10x256", "32x64x64")]
    public string Size { get; set; } = "";

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    public static int[] ThreadCounts => Machine.ThreadCounts;

    [GlobalSetup]
    public void SetUp()
    {
        (_m, _n, _k) = Sizes(Size);
        _team = new WorkerTeam(Threads);
        _a = Matrix(_m * _k);
        _b = Matrix(_k * _n);
        _c = Matrix(_m * _n);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _team?.Dispose();
        NativeMemory.AlignedFree(_a);
        NativeMemory.AlignedFree(_b);
        NativeMemory.AlignedFree(_c);
    }

    [Benchmark(Description = "C = A B")]
    public void Plain() => MatrixProduct.Multiply(_team!, false, false, _m, _n, _k, 1f, _a, _k, _b, _n, 0f, _c, _n);

    [Benchmark(Description = "C = A B'")]
    public void SecondTransposed() => MatrixProduct.Multiply(_team!, false, true, _m, _n, _k, 1f, _a, _k, _b, _k, 0f, _c, _n);

    [Benchmark(Description = "C = A' B")]
    public void FirstTransposed() => MatrixProduct.Multiply(_team!, true, false, _m, _n, _k, 1f, _a, _m, _b, _n, 0f, _c, _n);

    private static (int M, int N, int K) Sizes(string text)
    {
        int[] sizes = [.. text.Split('x').Select(int.Parse)];
        return (sizes[0], sizes[1], sizes[2]);
    }

    private static double Operations(BenchmarkCase one)
    {
        (int m, int n, int k) = Sizes((string)one.Parameters[nameof(Size)]);
        return 2.0 * m * n * k;
    }

    private static float* Matrix(int count)
    {
        float* block = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        Random random = new(1);
        for (int i = 0; i < count; i++)
        {
            block[i] = random.NextSingle() - 0.5f;
        }

        return block;
    }

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(FigureColumn.Rates("GFLOP/s", "peak", Operations, Machine.Peak));
    }
}
