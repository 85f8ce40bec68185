namespace Sam.Emulator;

/// <summary>Checks and marks the device memory that an operation of cuBLAS touches, as a kernel's accesses are.</summary>
internal static class BlasMemory
{
    /// <summary>Checks a matrix that is read.</summary>
    /// <param name="stream">The stream that the operation runs in.</param>
    /// <param name="operation">The operation's name.</param>
    /// <param name="name">The matrix's name.</param>
    /// <param name="matrix">The matrix.</param>
    /// <returns>Whether it is there and, where that is checked, written; otherwise the context is lost.</returns>
    internal static bool CanRead(EmulatedStream stream, string operation, string name, in BlasMatrix matrix)
    {
        if (!IsThere(stream, operation, name, matrix)) return false;
        EmulatedContext context = stream.Context;
        if ((context.Instance.Options.Checks & CheckSet.Uninitialised) == 0) return true;
        for (int column = 0; column < matrix.Columns; column++)
        {
            ulong address = (ulong)(matrix.Address + (nint)(column * matrix.Step * matrix.ElementBytes));
            long byteCount = matrix.IsDense ? matrix.ByteCount : (long)matrix.Rows * matrix.ElementBytes;
            if (!context.Device.Memory.IsInitialised(address, byteCount))
            {
                string text = $"{operation} reads {name} at 0x{matrix.Address:x}, parts of which were never written.";
                Fail(context, DeviceFaultKind.Uninitialised, text);
                return false;
            }

            if (matrix.IsDense) break;
        }

        return true;
    }

    /// <summary>Checks that a matrix is there.</summary>
    /// <inheritdoc cref="CanRead"/>
    internal static bool IsThere(EmulatedStream stream, string operation, string name, in BlasMatrix matrix)
    {
        if (matrix.Rows == 0 || matrix.Columns == 0) return true;
        if (matrix.Address % matrix.ElementBytes != 0)
        {
            string text = $"{operation}: {name} at 0x{matrix.Address:x} is not aligned to its elements.";
            Fail(stream.Context, DeviceFaultKind.Misaligned, text);
            return false;
        }

        if (stream.Context.IsReachable(matrix.Address, (nuint)matrix.ByteCount, out string reason)) return true;
        Fail(stream.Context, DeviceFaultKind.OutOfBounds, $"{operation}: {name} of {matrix.Rows} x {matrix.Columns}: {reason}");
        return false;
    }

    /// <summary>Marks a matrix as written.</summary>
    /// <param name="stream">The stream that the operation runs in.</param>
    /// <param name="matrix">The matrix.</param>
    internal static void MarkWritten(EmulatedStream stream, in BlasMatrix matrix)
    {
        GlobalMemory memory = stream.Context.Device.Memory;
        if (matrix.Rows == 0 || matrix.Columns == 0) return;
        if (matrix.IsDense)
        {
            memory.MarkInitialised((ulong)matrix.Address, matrix.ByteCount);
            return;
        }

        for (int column = 0; column < matrix.Columns; column++)
        {
            nint address = matrix.Address + (nint)(column * matrix.Step * matrix.ElementBytes);
            memory.MarkInitialised((ulong)address, (long)matrix.Rows * matrix.ElementBytes);
        }
    }

    private static void Fail(EmulatedContext context, DeviceFaultKind kind, string text)
    {
        context.Instance.Report(new Finding(FindingKind.Kernel, text, new DeviceFaultException(kind, text)));
        context.Lose(EmulatedContext.CodeOf(kind), text);
    }
}
