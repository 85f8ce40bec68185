using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

internal static unsafe partial class CublasFunctions
{
    [UnmanagedCallersOnly]
    private static CublasStatus Saxpy(CublasHandle handle, int n, float* alpha, nint x, int incrementX, nint y, int incrementY)
    {
        using CublasCall call = CublasCall.Of("cublasSaxpy_v2", handle);
        return Update(call, "cublasSaxpy", VectorOperationKind.Axpy, n, alpha, x, incrementX, y, incrementY);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Sscal(CublasHandle handle, int n, float* alpha, nint x, int incrementX)
    {
        using CublasCall call = CublasCall.Of("cublasSscal_v2", handle);
        return Update(call, "cublasSscal", VectorOperationKind.Scal, n, alpha, x, incrementX, 0, 1);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Scopy(CublasHandle handle, int n, nint x, int incrementX, nint y, int incrementY)
    {
        using CublasCall call = CublasCall.Of("cublasScopy_v2", handle);
        if (call.Status != CublasStatus.Success) return call.Status;
        VectorOperation copy = Vector("cublasScopy", VectorOperationKind.Copy, n, x, incrementX, y, incrementY);
        return call.Submit(copy);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Sdot(CublasHandle handle, int n, nint x, int incrementX, nint y, int incrementY, float* result)
    {
        using CublasCall call = CublasCall.Of("cublasSdot_v2", handle);
        return Reduce(call, "cublasSdot", VectorOperationKind.Dot, n, x, incrementX, y, incrementY, result);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Snrm2(CublasHandle handle, int n, nint x, int incrementX, float* result)
    {
        using CublasCall call = CublasCall.Of("cublasSnrm2_v2", handle);
        return Reduce(call, "cublasSnrm2", VectorOperationKind.Norm, n, x, incrementX, 0, 1, result);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Sasum(CublasHandle handle, int n, nint x, int incrementX, float* result)
    {
        using CublasCall call = CublasCall.Of("cublasSasum_v2", handle);
        return Reduce(call, "cublasSasum", VectorOperationKind.AbsoluteSum, n, x, incrementX, 0, 1, result);
    }

    [UnmanagedCallersOnly]
    private static CublasStatus Isamax(CublasHandle handle, int n, nint x, int incrementX, int* result)
    {
        using CublasCall call = CublasCall.Of("cublasIsamax_v2", handle);
        return Reduce(call, "cublasIsamax", VectorOperationKind.LargestIndex, n, x, incrementX, 0, 1, result);
    }

    private static CublasStatus Update(
        CublasCall call, string name, VectorOperationKind kind, int n, float* alpha, nint x, int incrementX, nint y, int incrementY)
    {
        if (call.Status != CublasStatus.Success) return call.Status;
        if (alpha is null) return call.Refuse(CublasStatus.InvalidValue, "The factor's address is null.");
        VectorOperation operation = Vector(name, kind, n, x, incrementX, y, incrementY);
        operation.Alpha = BlasScalar.Of(alpha, call.Handle.PointerMode, isHalf: false);
        return call.Submit(operation);
    }

    private static CublasStatus Reduce(
        CublasCall call, string name, VectorOperationKind kind, int n, nint x, int incrementX, nint y, int incrementY, void* result)
    {
        if (call.Status != CublasStatus.Success) return call.Status;
        if (result is null) return call.Refuse(CublasStatus.InvalidValue, "The result's address is null.");
        VectorOperation operation = Vector(name, kind, n, x, incrementX, y, incrementY);
        operation.Result = (nint)result;
        operation.ResultOnDevice = call.Handle.PointerMode == CublasPointerMode.Device;
        return call.Submit(operation, writesHost: !operation.ResultOnDevice);
    }

    private static VectorOperation Vector(
        string name, VectorOperationKind kind, int n, nint x, int incrementX, nint y, int incrementY) => new()
        {
            Name = name,
            Kind = kind,
            Count = n,
            X = x,
            IncrementX = incrementX,
            Y = y,
            IncrementY = incrementY,
        };
}
