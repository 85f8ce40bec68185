using System.Text;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Compiled kernels on disk: found again, rebuilt when damaged, shared by threads and processes, done without.</summary>
public sealed class KernelCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sam-cache-").FullName;

    [Fact]
    public void ASecondDevice_FindsWhatTheFirstCompiled()
    {
        Assert.Equal(1, Compilations(_folder));
        string entry = Assert.Single(Directory.GetFiles(_folder));
        DateTime written = File.GetLastWriteTimeUtc(entry);
        Assert.Equal(0, Compilations(_folder));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(_folder))));
    }

    [Fact]
    public void WithoutAFolder_NothingIsKept()
    {
        Assert.Equal(1, Compilations(""));
        Assert.Equal(1, Compilations(""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(-1)]
    public void ADamagedEntry_IsRebuilt(int length)
    {
        Compilations(_folder);
        string entry = Assert.Single(Directory.GetFiles(_folder));
        byte[] whole = File.ReadAllBytes(entry);
        byte[] damaged = length < 0 ? [.. whole] : whole[..length];
        if (length < 0) damaged[^1] ^= 1;
        File.WriteAllBytes(entry, damaged);
        Assert.Equal(1, Compilations(_folder));
        Assert.Equal(whole, File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder))));
        Assert.Equal(0, Compilations(_folder));
    }

    [Fact]
    public void AnotherArchitecture_HasAnotherEntry()
    {
        Assert.SkipWhen(CudaSession.UsesGpu, "The GPU has one architecture.");
        Compilations(_folder);
        EmulatedCudaOptions other = new() { Devices = [new EmulatedDeviceOptions { ComputeCapability = new Version(9, 0) }] };
        Assert.Equal(1, Compilations(_folder, other));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.Equal(0, Compilations(_folder));
        Assert.Equal(0, Compilations(_folder, other));
    }

    [Fact]
    public void WhateverTheCompilerSees_IsInTheKey()
    {
        KeyValuePair<string, string>[] headers = [KeyValuePair.Create("a.cuh", "1")];
        string[] options = ["--x", "--y"];
        string[] keys =
        [
            Key("text", "name", options, headers, new Version(12, 4)),
            Key("text2", "name", options, headers, new Version(12, 4)),
            Key("text", "name2", options, headers, new Version(12, 4)),
            Key("text", "name", ["--x--y"], headers, new Version(12, 4)),
            Key("text", "name", ["--x"], headers, new Version(12, 4)),
            Key("text", "name", options, [KeyValuePair.Create("a.cuh", "2")], new Version(12, 4)),
            Key("text", "name", options, null, new Version(12, 4)),
            Key("text", "name", options, headers, new Version(12, 5)),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], Key("text", "name", options, headers, new Version(12, 4)));
    }

    [Fact]
    public async Task TwoDevicesAtOnce_BothWork()
    {
        int[] compilations = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Compilations(_folder))));
        Assert.InRange(compilations.Sum(), 1, 4);
        Assert.Single(Directory.GetFiles(_folder));
        Assert.Equal(0, Compilations(_folder));
    }

    [Fact]
    public async Task ReadersSeeWholeEntriesOrNone()
    {
        const int Rounds = 100;
        byte[][] images = [.. Enumerable.Range(0, 4).Select(i => Enumerable.Repeat((byte)i, 100_000 + i).ToArray())];
        Task[] writers = [.. images.Select(image => Task.Run(() =>
        {
            for (int i = 0; i < Rounds; i++) new KernelCache(_folder).Write("key", image);
        }))];
        KernelCache reader = new(_folder);
        int reads = 0;
        while (reads == 0 || !writers.All(static task => task.IsCompleted))
        {
            if (reader.Read("key") is not { } image)
            {
                Assert.Equal(0, reads);
                continue;
            }

            reads++;
            Assert.Equal(images[image[0]], image);
        }

        await Task.WhenAll(writers);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void AFolderThatCannotBeMade_IsDoneWithout()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "in the way");
        Assert.Equal(1, Compilations(file));
        Assert.Equal(1, Compilations(Path.Combine(file, "below")));
        Assert.Equal("in the way", File.ReadAllText(file));
    }

    [Fact]
    public void AFolderThatIsReadOnly_IsStillRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such mode.");
            return;
        }

        Compilations(_folder);
        UnixFileMode mode = File.GetUnixFileMode(_folder);
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Equal(0, Compilations(_folder));
            new KernelCache(_folder).Write("other", [1, 2, 3]);
        }
        finally
        {
            File.SetUnixFileMode(_folder, mode);
        }
    }

    [Theory]
    [InlineData("/var/cache/me", "/home/me", "/var/cache/me/samnative/kernels")]
    [InlineData("relative", "/home/me", "/home/me/.cache/samnative/kernels")]
    [InlineData("", "/home/me", "/home/me/.cache/samnative/kernels")]
    [InlineData(null, "/home/me", "/home/me/.cache/samnative/kernels")]
    [InlineData(null, "", "")]
    public void TheFolderIsTheUsersCache(string? cacheHome, string home, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of other systems.");
        Assert.Equal(expected, KernelCache.UnixFolder(cacheHome, home));
    }

    [Theory]
    [InlineData("8.6", true, "sm_86")]
    [InlineData("8.6", false, "compute_86")]
    [InlineData("9.0", true, "sm_90")]
    [InlineData("12.0", true, "compute_90")]
    [InlineData("8.8", false, "compute_86")]
    [InlineData("3.5", true, "compute_50")]
    public void TheArchitectureIsTheDevices_OrTheNearestThatRunsThere(string capability, bool loadsMachineCode, string expected) =>
        Assert.Equal(expected, KernelImages.Architecture(Version.Parse(capability), [50, 70, 80, 86, 90], loadsMachineCode));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Key(
        string text, string name, string[] options, KeyValuePair<string, string>[]? headers, Version compiler) =>
        KernelCache.Key(new KernelSource(name, Encoding.UTF8.GetBytes(text), default, ""), options, headers, compiler);

    // Runs one kernel and looks at what it did; the number of files that were compiled for it.
    private static int Compilations(string folder, EmulatedCudaOptions? options = null)
    {
        using CudaSession session = new(options, cacheFolder: folder);
        using DeviceMemory memory = session.Device.Allocate(5 * sizeof(float), "test");
        using (session.Device.Enter()) session.Kernels.Fill(5, 1.5f, memory.Pointer<float>());
        float[] values = new float[5];
        session.Device.Download(memory.Pointer<float>(), values.AsSpan());
        Assert.All(values, static value => Assert.Equal(1.5f, value));
        return ((CudaAccelerator)session.Device).Images.CompilationCount;
    }
}
