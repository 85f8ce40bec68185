using System.Text.Json;
using Sam.Cli.Data;
using Sam.Native.Cuda;

namespace Sam.Cli.Tests.Commands;

/// <summary>`--device`: the same training on every device, and what is said where one is not there.</summary>
public sealed class DeviceTests(DeviceTests.FirstImages data) : IClassFixture<DeviceTests.FirstImages>
{
    // Products are summed in other orders; fifty steps carry a rounding of 6e-8 on, and no step here is near a kink of its loss.
    private const double Tolerance = 2e-5;

    private static bool HasGpu => CudaLibraries.Probe().IsAvailable;

    [Fact]
    public void Emulated_FiftyStepsOfMnistHaveTheCpusLosses()
    {
        string[] arguments =
            ["train", "--model", "mlp", "--batch", "16", "--epochs", "10", "--train-size", "80", "--threads", "1", "--data", data.Path, "--json"];

        CommandRun cpu = CommandRun.Of([.. arguments, "--device", "cpu"]);
        CommandRun emulated = CommandRun.Of([.. arguments, "--device", "emulated"]);

        Assert.Equal((0, 0), (cpu.ExitCode, emulated.ExitCode));
        Assert.StartsWith("CUDA (Emulated", emulated.Json.GetProperty("device").GetString());
        Assert.Equal(50, emulated.Json.GetProperty("steps").GetInt32());
        double[] expected = Losses(cpu), actual = Losses(emulated);
        Assert.Equal(10, expected.Length);
        Assert.True(expected[^1] < 0.5 * expected[0], "The run learns nothing, so that equal losses would mean nothing.");
        for (int i = 0; i < expected.Length; i++) Assert.Equal(1, actual[i] / expected[i], Tolerance);
        Assert.Equal(cpu.Json.GetProperty("sharpness").GetDouble(), emulated.Json.GetProperty("sharpness").GetDouble(), 1e-5);
        Assert.Equal(cpu.Json.GetProperty("testAccuracy").GetDouble(), emulated.Json.GetProperty("testAccuracy").GetDouble(), 0.02);
    }

    [Fact]
    public void Auto_IsTheCpuWhereThereIsNoGpu()
    {
        if (HasGpu) Assert.Skip("There is a GPU.");
        CommandRun run = CommandRun.Of("train", "--model", "mlp", "--epochs", "1", "--train-size", "32", "--threads", "1", "--data", data.Path, "--json");
        Assert.StartsWith("CPU", run.Json.GetProperty("device").GetString());
    }

    [Theory]
    [InlineData("train")]
    [InlineData("compare")]
    public void Cuda_SaysWhatWasTriedAndWhatToInstall(string command)
    {
        if (HasGpu) Assert.Skip("There is a GPU.");
        using TemporaryFolder folder = new();
        string[] output = command == "compare" ? ["--output", folder.File("curves.png")] : [];
        string error = CommandRun.Of([command, "--device", "cuda", "--data", data.Path, .. output]).ErrorLine();
        Assert.Contains("--device cuda", error);
        Assert.Contains(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", error);
        Assert.Contains("display driver", error);
        Assert.Contains("sam doctor", error);
    }

    [Fact]
    public void UnknownDevice_IsAnErrorThatListsThem()
    {
        string error = CommandRun.Of("train", "--device", "gpu").ErrorLine();
        Assert.Contains("--device takes auto or cpu or cuda or emulated, not 'gpu'", error);
    }

    [Fact]
    public void Checks_AreForTheDeviceInSoftware() =>
        Assert.Contains("--device-checks", CommandRun.Of("train", "--device", "cpu", "--device-checks").ErrorLine());

    [Fact]
    public void ConfigFile_NamesTheDevice()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("run.json");
        File.WriteAllText(path, """{ "device": "tpu" }""");
        string error = CommandRun.Of("train", "--config", path).ErrorLine();
        Assert.Contains(path, error);
        Assert.Contains("--device takes", error);

        File.WriteAllText(path, """{ "model": "mlp", "device": "cpu", "epochs": 1, "train-size": 32, "json": true }""");
        Assert.StartsWith("CPU", CommandRun.Of("train", "--config", path, "--data", data.Path).Json.GetProperty("device").GetString());
    }

    private static double[] Losses(CommandRun run) =>
        [.. run.Json.GetProperty("trainLossByEpoch").EnumerateArray().Select(static (JsonElement loss) => loss.GetDouble())];

    /// <summary>The first images of MNIST, so that no test waits for all of them.</summary>
    public sealed class FirstImages : IDisposable
    {
        private const int TrainCount = 80, TestCount = 50;

        private readonly TemporaryFolder _folder = new();

        public FirstImages()
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (!Directory.Exists(System.IO.Path.Combine(folder!.FullName, "data", "mnist"))) folder = folder.Parent;
            string mnist = System.IO.Path.Combine(folder.FullName, "data", "mnist");
            Write(mnist, "train", TrainCount);
            Write(mnist, "t10k", TestCount);
        }

        public string Path => _folder.Path;

        public void Dispose() => _folder.Dispose();

        private void Write(string mnist, string name, int count)
        {
            string images = $"{name}-images-idx3-ubyte.gz", labels = $"{name}-labels-idx1-ubyte.gz";
            byte[] pixels = IdxReader.Read(System.IO.Path.Combine(mnist, images), dimensions: 3).Values;
            byte[] classes = IdxReader.Read(System.IO.Path.Combine(mnist, labels), dimensions: 1).Values;
            File.WriteAllBytes(_folder.File(images), Idx.Gzip(Idx.Bytes(Idx.ImagesMagic, [count, 28, 28], pixels[..(count * 784)])));
            File.WriteAllBytes(_folder.File(labels), Idx.Gzip(Idx.Labels(classes[..count])));
        }
    }
}
