using System.Globalization;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cli.Devices;

/// <summary>What there is to compute with, and whether it works.</summary>
/// <param name="Libraries">CUDA's libraries.</param>
/// <param name="Devices">The devices that were looked at, the CPU first.</param>
/// <param name="Advice">What to do about what is missing.</param>
internal sealed record Diagnosis(IReadOnlyList<LibraryFacts> Libraries, IReadOnlyList<DeviceDiagnosis> Devices, IReadOnlyList<string> Advice)
{
    /// <summary>Whether the CPU works, and every device that is there.</summary>
    public bool AllWorks => Devices.All(static device => device.Works);

    /// <summary>Looks at everything.</summary>
    /// <param name="choice">Which devices: auto looks at the CPU and every GPU, the others at the CPU and the one they name.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="CommandException">A GPU was asked for, and there is none.</exception>
    public static Diagnosis Of(DeviceChoice choice)
    {
        CudaAvailability cuda = CudaLibraries.Probe();
        List<DeviceDiagnosis> devices = [Test("cpu", "", () => OpenDevice.Open(choice with { Kind = DeviceKind.Cpu }))];
        List<LibraryFacts> libraries =
        [
            LibraryFacts.Of(cuda.Driver, LibraryFacts.DriverVersion(cuda.DriverVersion)),
        ];
        int cublasVersion = 0;
        if (choice.Kind == DeviceKind.Emulated)
        {
            devices.Add(Test("emulated", Memory(new EmulatedDeviceOptions().MemoryBytes, -1), () => OpenDevice.Open(choice)));
        }
        else if (choice.Kind != DeviceKind.Cpu && cuda.IsAvailable)
        {
            for (int ordinal = 0; ordinal < cuda.DeviceCount; ordinal++)
            {
                devices.Add(TestGpu(cuda.Driver.Require(), ordinal, ref cublasVersion));
            }
        }

        if (choice.Kind == DeviceKind.Cuda && !cuda.IsAvailable)
        {
            throw new CommandException($"--device cuda: {cuda.Reason}");
        }

        libraries.Add(LibraryFacts.Of(CudaLibraries.Cublas, LibraryFacts.CublasVersion(cublasVersion)));
        libraries.Add(LibraryFacts.Of(CudaLibraries.Nvrtc, LibraryFacts.NvrtcVersion()));
        return new Diagnosis(libraries, devices, Advise(cuda));
    }

    private static DeviceDiagnosis TestGpu(CudaDriverTable driver, int ordinal, ref int cublasVersion)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"GPU {ordinal}");
        try
        {
            CudaDeviceFacts facts = CudaDeviceFacts.Of(driver, CudaLibraries.Cublas.Table, ordinal);
            cublasVersion = facts.CublasVersion;
            name = facts.Name;
            DeviceDiagnosis tested = Test("cuda", Memory(facts.TotalBytes, facts.FreeBytes), () => OpenDevice.OpenGpu(ordinal));
            return tested.SelfTest.Count == 0 ? tested with { Name = name } : tested;
        }
        catch (CudaException e)
        {
            return new DeviceDiagnosis("cuda", name, "", e.Message.ReplaceLineEndings(" "), []);
        }
    }

    private static DeviceDiagnosis Test(string kind, string memory, Func<OpenDevice> open)
    {
        OpenDevice opened;
        try
        {
            opened = open();
        }
        catch (Exception e) when (e is CommandException or CudaException or PlatformNotSupportedException or OutOfMemoryException)
        {
            return new DeviceDiagnosis(kind, kind, memory, e.Message.ReplaceLineEndings(" "), []);
        }

        using (opened)
        {
            string name = opened.Device.Name;
            IReadOnlyList<SelfTestResult> results = DeviceSelfTest.Run(opened.Device);
            string failure = "";
            try
            {
                opened.ThrowIfAnyFinding();
            }
            catch (CommandException e)
            {
                failure = e.Message;
            }

            return new DeviceDiagnosis(kind, name, memory, failure, results);
        }
    }

    private static string Memory(long total, long free)
    {
        const double Gibibyte = 1 << 30;
        return string.Create(CultureInfo.InvariantCulture, $"{total / Gibibyte:0.0} GiB{(free < 0 ? "" : $", {free / Gibibyte:0.0} free")}");
    }

    private static List<string> Advise(CudaAvailability cuda)
    {
        List<string> advice = [];
        if (!cuda.IsAvailable)
        {
            advice.Add($"No GPU can be used, and none is needed. {cuda.Reason}");
        }
        else if (!CudaLibraries.Cublas.IsAvailable)
        {
            advice.Add($"There is a GPU, and it cannot be used without cuBLAS. {CudaLibraries.Cublas.Reason}");
        }

        if (!CudaLibraries.Nvrtc.IsAvailable)
        {
            advice.Add($"Kernels run as they were made ahead; your own .cu files need the compiler. {CudaLibraries.Nvrtc.Reason}");
        }

        return advice;
    }
}
