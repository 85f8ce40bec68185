using System.Diagnostics;
using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

public sealed class ChildProcessTests
{
    private const int Kills = 4;
    private const int PatienceMs = 60_000;

    [Theory]
    [InlineData("512", "DOTNET_EnableAVX512", "1")]
    [InlineData("256", "DOTNET_EnableAVX512", "0")]
    [InlineData("128", "DOTNET_EnableAVX2", "0")]
    public void RegisterWidthOfTheRuntime_ChangesNoBit(string width, string variable, string value)
    {
        string expected = Child.Hash();
        using Process child = Child.Start("hash", (variable, value), ("SAM_THREADS", "3"));
        string? used = child.StandardOutput.ReadLine();
        string? hash = child.StandardOutput.ReadLine();
        Assert.True(child.WaitForExit(PatienceMs));
        Assert.Equal(expected, hash);
        Assert.True(used == width || int.Parse(used!, System.Globalization.CultureInfo.InvariantCulture) < int.Parse(width,
            System.Globalization.CultureInfo.InvariantCulture), $"the child used {used} bits");
    }

    [Fact]
    public void ProcessKilledWhileItSaves_LeavesAWholeCheckpointToGoOnFrom()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("sam.safetensors");
        Random random = new(5);
        for (int kill = 0; kill < Kills; kill++)
        {
            File.Delete(path);
            using (Process child = Child.Start("save " + path))
            {
                for (Stopwatch watch = Stopwatch.StartNew(); !File.Exists(path) && watch.ElapsedMilliseconds < PatienceMs;)
                {
                    Thread.Sleep(5);
                }

                Thread.Sleep(random.Next(0, 60));
                child.Kill();
                child.WaitForExit();
            }

            using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
            using FlatModel model = new(device, 4, Child.Counts);
            using SamOptimizer sam = Child.Optimizer(model);
            sam.Load(path);
            long updates = sam.BaseOptimizer.UpdateCount;
            Assert.True(updates >= 1);
            sam.Step(Child.Input, Child.Targets);
            using FlatModel unbroken = new(device, 4, Child.Counts);
            using SamOptimizer other = Child.Optimizer(unbroken);
            for (long step = 0; step <= updates; step++)
            {
                other.Step(Child.Input, Child.Targets);
            }

            Bits.AssertEqual(unbroken.Copy(), model.Copy(), $"after {updates} updates");
            sam.Save(path);
            Assert.Equal([path], Directory.GetFiles(folder.Path));
        }
    }
}
