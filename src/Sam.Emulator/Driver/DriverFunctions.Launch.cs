using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class DriverFunctions
{
    // More than any kernel's arguments may take (32764 bytes since compute capability 7.0).
    private const int MostParameterBytes = 32764;

    [UnmanagedCallersOnly]
    private static CudaResult LaunchKernel(
        CudaFunction function,
        uint gridX,
        uint gridY,
        uint gridZ,
        uint blockX,
        uint blockY,
        uint blockZ,
        uint sharedBytes,
        CudaStream stream,
        void** parameters,
        void** extra)
    {
        using DriverCall call = DriverCall.InContext("cuLaunchKernel");
        KernelLaunch launch = Shape(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, isCooperative: false);
        return Launch(call, function, in launch, stream, parameters, extra);
    }

    [UnmanagedCallersOnly]
    private static CudaResult LaunchCooperativeKernel(
        CudaFunction function,
        uint gridX,
        uint gridY,
        uint gridZ,
        uint blockX,
        uint blockY,
        uint blockZ,
        uint sharedBytes,
        CudaStream stream,
        void** parameters)
    {
        using DriverCall call = DriverCall.InContext("cuLaunchCooperativeKernel");
        KernelLaunch launch = Shape(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, isCooperative: true);
        return Launch(call, function, in launch, stream, parameters, null);
    }

    [UnmanagedCallersOnly]
    private static CudaResult LaunchHostFunction(CudaStream stream, delegate* unmanaged<void*, void> function, void* argument)
    {
        using DriverCall call = DriverCall.InContext("cuLaunchHostFunc");
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (function is null) return call.Invalid("The function is null.");
        HostWork work = new(function, argument);
        if (found.Keeps) found.Keep(work);
        else work.Run(found);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult OccupancyMaxActiveBlocks(int* blocks, CudaFunction function, int threads, nuint sharedBytes)
    {
        using DriverCall call = DriverCall.InContext("cuOccupancyMaxActiveBlocksPerMultiprocessor");
        if (call.Result != CudaResult.Success) return call.Result;
        if (blocks is null || threads < 1) return call.Invalid($"{threads} threads, or the result's address is null.");
        if (call.Context.Find<EmulatedFunction>(function.Value) is not { } found) return call.NoSuch("kernel");
        *blocks = found.ActiveBlocks(threads, (long)sharedBytes);
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult OccupancyMaxPotentialBlockSize(
        int* gridSize, int* blockSize, CudaFunction function, delegate* unmanaged<int, nuint> sharedByBlock, nuint sharedBytes, int limit)
    {
        using DriverCall call = DriverCall.InContext("cuOccupancyMaxPotentialBlockSize");
        if (call.Result != CudaResult.Success) return call.Result;
        if (gridSize is null || blockSize is null) return call.Invalid("A result's address is null.");
        if (call.Context.Find<EmulatedFunction>(function.Value) is not { } found) return call.NoSuch("kernel");
        int most = limit > 0 ? Math.Min(limit, found.MaxThreads) : found.MaxThreads;
        long best = 0;
        for (int threads = most; threads > 0; threads = (threads - 1) / 32 * 32)
        {
            nuint shared = sharedByBlock is null ? sharedBytes : sharedByBlock(threads);
            int blocks = found.ActiveBlocks(threads, (long)shared);
            if ((long)blocks * threads <= best) continue;
            best = (long)blocks * threads;
            *blockSize = threads;
            *gridSize = blocks * call.Context.Device.Options.MultiprocessorCount;
        }

        return best > 0 ? CudaResult.Success : call.Invalid("No block size fits on the device.");
    }

    private static KernelLaunch Shape(
        uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, bool isCooperative) =>
        new(new Dim3((int)gridX, (int)gridY, (int)gridZ), new Dim3((int)blockX, (int)blockY, (int)blockZ), (int)sharedBytes, isCooperative);

    [SkipLocalsInit]
    private static CudaResult Launch(
        DriverCall call, CudaFunction function, in KernelLaunch launch, CudaStream stream, void** parameters, void** extra)
    {
        if (!TryStream(call, stream, out EmulatedStream found)) return call.Result;
        if (call.Context.Find<EmulatedFunction>(function.Value) is not { } kernel) return call.NoSuch("kernel");
        CudaResult refused = kernel.Check(in launch, out string reason);
        if (refused != CudaResult.Success) return call.Refuse(refused, reason);
        if (parameters is not null && extra is not null) return call.Invalid("Both a pointer array and a packed buffer were given.");

        int byteCount = kernel.ParameterBytes;
        if (byteCount > MostParameterBytes) return call.Invalid($"Kernel {kernel.Kernel.Name} has {byteCount} bytes of arguments.");
        Span<byte> block = stackalloc byte[byteCount];
        if (extra is not null)
        {
            if (!TryPacked(extra, out byte* packed, out nuint packedBytes) || packedBytes < (nuint)byteCount)
            {
                return call.Invalid($"A packed buffer of {packedBytes} bytes; kernel {kernel.Kernel.Name} reads {byteCount}.");
            }

            new ReadOnlySpan<byte>(packed, byteCount).CopyTo(block);
        }
        else if (parameters is not null)
        {
            for (int i = 0; i < kernel.Kernel.Parameters.Count; i++)
            {
                if (parameters[i] is null) return call.Invalid($"The pointer to argument {i} of kernel {kernel.Kernel.Name} is null.");
            }

            kernel.Pack(parameters, block);
        }
        else if (byteCount > 0)
        {
            return call.Invalid($"Kernel {kernel.Kernel.Name} reads {byteCount} bytes of arguments and none were given.");
        }

        if (found.Capture is null) call.Instance.Ledger.Launches++;
        if (found.Keeps) found.Keep(new KernelWork(kernel, launch, block));
        else call.Context.RunKernel(found, kernel, in launch, block);
        return CudaResult.Success;
    }

    // The list of pairs that ends with 0: 1 is the buffer's address, 2 the address of its size.
    private static bool TryPacked(void** extra, out byte* packed, out nuint byteCount)
    {
        packed = null;
        byteCount = 0;
        for (int i = 0; extra[i] is not null; i += 2)
        {
            switch ((nint)extra[i])
            {
                case 1:
                    packed = (byte*)extra[i + 1];
                    break;
                case 2:
                    byteCount = *(nuint*)extra[i + 1];
                    break;
                default:
                    return false;
            }
        }

        return packed is not null;
    }
}
