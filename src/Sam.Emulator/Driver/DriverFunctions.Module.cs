using System.Runtime.InteropServices;
using System.Text;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    [UnmanagedCallersOnly]
    private static CudaResult ModuleLoadData(CudaModule* module, void* image)
    {
        using DriverCall call = DriverCall.InContext("cuModuleLoadData");
        return Load(call, module, image, default);
    }

    [UnmanagedCallersOnly]
    private static CudaResult ModuleLoadDataEx(CudaModule* module, void* image, uint optionCount, CudaJitOption* options, void** values)
    {
        using DriverCall call = DriverCall.InContext("cuModuleLoadDataEx");
        JitLogs logs = default;
        if (options is null || values is null) optionCount = 0;
        for (uint i = 0; i < optionCount; i++)
        {
            switch (options[i])
            {
                case CudaJitOption.ErrorLogBuffer:
                    logs.Errors = (byte*)values[i];
                    break;
                case CudaJitOption.ErrorLogBufferSizeBytes:
                    logs.ErrorCapacity = (int)(nint)values[i];
                    logs.ErrorLength = values + i;
                    break;
                case CudaJitOption.InfoLogBufferSizeBytes:
                    values[i] = null;
                    break;
                case CudaJitOption.WallTime:
                    values[i] = null;
                    break;
            }
        }

        return Load(call, module, image, logs);
    }

    [UnmanagedCallersOnly]
    private static CudaResult ModuleUnload(CudaModule module)
    {
        using DriverCall call = DriverCall.InContext("cuModuleUnload");
        EmulatedModule? found = call.Context?.Find<EmulatedModule>(module.Value);
        if (call.Result != CudaResult.Success)
        {
            found?.Destroy();
            return call.Result;
        }

        if (found is null) return call.NoSuch("module");
        if (call.IsForbiddenByCapture()) return call.Result;
        call.Context!.RunAll();
        found.Destroy();
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ModuleGetFunction(CudaFunction* function, CudaModule module, byte* name)
    {
        using DriverCall call = DriverCall.InContext("cuModuleGetFunction");
        if (call.Result != CudaResult.Success) return call.Result;
        if (function is null || name is null) return call.Invalid("The result's address or the name is null.");
        if (call.Context.Find<EmulatedModule>(module.Value) is not { } found) return call.NoSuch("module");
        string text = Text(name);
        if (found.Function(text) is not { } kernel)
        {
            string names = string.Join(", ", found.Loaded.Module.Kernels.Select(each => each.Name));
            return call.Refuse(CudaResult.NotFound, $"The module has no kernel '{text}'; it has {(names.Length == 0 ? "none" : names)}.");
        }

        *function = new CudaFunction(kernel.Handle);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult ModuleGetGlobal(nint* address, nuint* byteCount, CudaModule module, byte* name)
    {
        using DriverCall call = DriverCall.InContext("cuModuleGetGlobal_v2");
        if (call.Result != CudaResult.Success) return call.Result;
        if (name is null) return call.Invalid("The name is null.");
        if (call.Context.Find<EmulatedModule>(module.Value) is not { } found) return call.NoSuch("module");
        string text = Text(name);
        PtxGlobal? global = found.Loaded.Module.Globals.FirstOrDefault(each => each.Name == text);
        ulong place = found.Loaded.AddressOf(text);
        if (global is null || place == 0) return call.Refuse(CudaResult.NotFound, $"The module has no variable '{text}'.");
        if (address is not null) *address = (nint)place;
        if (byteCount is not null) *byteCount = (nuint)global.ByteCount;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult FunctionGetAttribute(int* value, CudaFunctionAttribute attribute, CudaFunction function)
    {
        using DriverCall call = DriverCall.InContext("cuFuncGetAttribute");
        if (call.Result != CudaResult.Success) return call.Result;
        if (value is null) return call.Invalid("The result's address is null.");
        if (call.Context.Find<EmulatedFunction>(function.Value) is not { } found) return call.NoSuch("kernel");
        if (found.Attribute(attribute) is not { } known) return call.Invalid($"Attribute {(int)attribute} is not known to the emulator.");
        *value = known;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult FunctionSetAttribute(CudaFunction function, CudaFunctionAttribute attribute, int value)
    {
        using DriverCall call = DriverCall.InContext("cuFuncSetAttribute");
        if (call.Result != CudaResult.Success) return call.Result;
        if (call.Context.Find<EmulatedFunction>(function.Value) is not { } found) return call.NoSuch("kernel");
        return found.TrySet(attribute, value, out string reason) ? CudaResult.Success : call.Invalid(reason);
    }

    [UnmanagedCallersOnly]
    private static CudaResult FunctionSetCacheConfig(CudaFunction function, int config)
    {
        using DriverCall call = DriverCall.InContext("cuFuncSetCacheConfig");
        if (call.Result != CudaResult.Success) return call.Result;
        if (call.Context.Find<EmulatedFunction>(function.Value) is null) return call.NoSuch("kernel");
        return config is < 0 or > 3 ? call.Invalid($"Cache configuration {config}; 0 to 3 are possible.") : CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult FunctionGetModule(CudaModule* module, CudaFunction function)
    {
        using DriverCall call = DriverCall.InContext("cuFuncGetModule");
        if (call.Result != CudaResult.Success) return call.Result;
        if (module is null) return call.Invalid("The result's address is null.");
        if (call.Context.Find<EmulatedFunction>(function.Value) is not { } found) return call.NoSuch("kernel");
        *module = new CudaModule(found.Module.Handle);
        return CudaResult.Success;
    }

    private static CudaResult Load(DriverCall call, CudaModule* module, void* image, JitLogs logs)
    {
        if (call.Result != CudaResult.Success) return call.Result;
        if (module is null || image is null) return call.Invalid("The result's address or the image is null.");
        if (call.IsForbiddenByCapture()) return call.Result;
        ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)image);
        bool isCubin = text.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F']);
        if (isCubin || text.StartsWith((ReadOnlySpan<byte>)[0x50, 0xED, 0x55, 0xBA]))
        {
            return logs.Answer(
                call,
                CudaResult.NoBinaryForGpu,
                $"The image is a {(isCubin ? "cubin" : "fat binary")}: machine code, which is not emulated. Load the PTX instead.");
        }

        if (text.IndexOf(".version"u8) < 0) return logs.Answer(call, CudaResult.InvalidImage, "The image is neither PTX text nor a cubin.");
        try
        {
            PtxModule parsed = PtxModule.Parse(text);
            CudaResult refused = CheckTarget(call, parsed, out string reason);
            if (refused != CudaResult.Success) return logs.Answer(call, refused, reason);
            *module = new CudaModule(new EmulatedModule(call.Context, parsed).Handle);
            call.Instance.Ledger.ModuleLoads++;
            return CudaResult.Success;
        }
        catch (PtxException mistake)
        {
            return logs.Answer(call, CudaResult.InvalidPtx, mistake.Message);
        }
        catch (OutOfMemoryException)
        {
            return logs.Answer(call, CudaResult.OutOfMemory, "The host has not enough memory for the module.");
        }
        catch (Exception failure)
        {
            call.Instance.Report(new Finding(FindingKind.Internal, $"The emulator failed to load PTX: {failure}"));
            return logs.Answer(call, CudaResult.Unknown, failure.Message);
        }
    }

    private static CudaResult CheckTarget(DriverCall call, PtxModule module, out string reason)
    {
        EmulatedDevice device = call.Context.Device;
        reason = "";
        Version newest = NewestPtx(call.Instance.Options.DriverVersion);
        if (module.IsaVersion > newest)
        {
            reason = $"The PTX is of version {module.IsaVersion}; this driver takes {newest} and older.";
            return CudaResult.UnsupportedPtxVersion;
        }

        if (module.TargetArchitecture > device.Options.Architecture)
        {
            reason = $"The PTX is for sm_{module.TargetArchitecture} or newer, the device is of sm_{device.Options.Architecture}.";
            return CudaResult.NoBinaryForGpu;
        }

        PtxKernel? large = module.Kernels.FirstOrDefault(kernel => kernel.StaticSharedBytes > ArchitectureLimits.SharedPerBlock);
        if (large is null) return CudaResult.Success;
        reason = $"Kernel {large.Name} declares {large.StaticSharedBytes} bytes of shared memory;"
            + $" {ArchitectureLimits.SharedPerBlock} are possible.";
        return CudaResult.InvalidPtx;
    }

    // The releases of the PTX ISA, as its documentation lists them by CUDA version.
    private static Version NewestPtx(int driverVersion) => driverVersion switch
    {
        >= 13000 => new Version(9, driverVersion % 1000 / 10),
        >= 12080 => new Version(8, (driverVersion % 1000 / 10) - 1),
        >= 12070 => new Version(8, 6),
        >= 12060 => new Version(8, 5),
        >= 12000 => new Version(8, driverVersion % 1000 / 10),
        >= 11000 => new Version(7, driverVersion % 1000 / 10),
        _ => new Version(6, 5),
    };

    /// <summary>The log that a caller of <c>cuModuleLoadDataEx</c> wants to have.</summary>
    private struct JitLogs
    {
        public byte* Errors;
        public int ErrorCapacity;
        public void** ErrorLength;

        public readonly CudaResult Answer(DriverCall call, CudaResult code, string reason)
        {
            int length = 0;
            if (Errors is not null && ErrorCapacity > 0)
            {
                byte[] text = Encoding.UTF8.GetBytes(reason);
                length = Math.Min(text.Length, ErrorCapacity - 1);
                text.AsSpan(0, length).CopyTo(new Span<byte>(Errors, ErrorCapacity));
                Errors[length] = 0;
            }

            if (ErrorLength is not null) *ErrorLength = (void*)length;
            return call.Refuse(code, reason);
        }
    }
}
