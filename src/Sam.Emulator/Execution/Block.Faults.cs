using System.Globalization;
using System.Text;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Execution;

/// <summary>The block's part for what goes wrong.</summary>
internal sealed unsafe partial class Block
{
    /// <summary>Makes a finding about the instruction that a warp carries out.</summary>
    public DeviceFaultException Fault(Warp warp, DeviceFaultKind kind, int lane, string what, Fragment? fragment = null) =>
        Fault(warp, kind, lane, what, 0, 0, null, 0, fragment);

    /// <summary>Makes a finding about an access.</summary>
    public DeviceFaultException Fault(
        Warp warp, DeviceFaultKind kind, int lane, string what, ulong address, int bytes, AllocationInfo? allocation, long outside,
            Fragment? fragment = null)
    {
        CompiledFunction function = (fragment?.Frame ?? warp.CurrentFrame).Function;
        int pc = Math.Clamp((fragment?.Pc ?? warp.Pc) - 1, 0, function.Sources.Length - 1);
        InstructionSyntax source = function.Sources[pc];
        Dim3 thread = ThreadAt(warp.Index, lane);
        string? file = source.SourceFile == 0 ? null
            : Image.Kernel.Module.Files.GetValueOrDefault(source.SourceFile, $"file {source.SourceFile}");
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Title(kind)}: kernel '{Image.Kernel.Name}', block {Id}, thread {thread}: {what}");
        text.Append(CultureInfo.InvariantCulture,
            $"; at {(file is null ? "" : $"{file}:{source.SourceLine}, ")}PTX line {source.Line}: {source.Opcode}");
        if (function != Image.Entry)
        {
            text.Append(CultureInfo.InvariantCulture, $" in function '{function.Name}'");
        }

        return new DeviceFaultException(kind, text.ToString())
        {
            Kernel = Image.Kernel.Name,
            Block = Id,
            Thread = thread,
            Address = address,
            ByteCount = bytes,
            Allocation = allocation,
            BytesOutside = outside,
            PtxLine = source.Line,
            Instruction = source.Opcode,
            SourceFile = file,
            SourceLine = source.SourceLine,
        };
    }

    /// <summary>The index of a thread in the block.</summary>
    public Dim3 ThreadAt(int warp, int lane)
    {
        int thread = (warp * Lane.Count) + lane;
        return new Dim3(thread % Shape.X, thread / Shape.X % Shape.Y, thread / (Shape.X * Shape.Y));
    }

    private static string Title(DeviceFaultKind kind) => kind switch
    {
        DeviceFaultKind.OutOfBounds => "Out of bounds",
        DeviceFaultKind.UseAfterFree => "Use after free",
        DeviceFaultKind.Misaligned => "Misaligned access",
        DeviceFaultKind.Uninitialised => "Uninitialised read",
        DeviceFaultKind.SharedRace => "Race on shared memory",
        DeviceFaultKind.GlobalRace => "Race on global memory",
        DeviceFaultKind.DivergentBarrier => "Divergent barrier",
        DeviceFaultKind.InactiveLane => "Inactive lane",
        DeviceFaultKind.Deadlock => "Deadlock",
        DeviceFaultKind.Trap => "Trap",
        DeviceFaultKind.Assert => "Assertion failed",
        DeviceFaultKind.StackOverflow => "Stack overflow",
        DeviceFaultKind.InvalidFunction => "Invalid function",
        _ => "Time limit",
    };
}
