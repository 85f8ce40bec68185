using Sam.Emulator.Execution;
using Sam.Emulator.Ptx.Compile;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator;

/// <summary>PTX text, parsed and verified: its kernels and its variables.</summary>
public sealed class PtxModule
{
    private readonly Dictionary<string, PtxKernel> kernelsByName = new(StringComparer.Ordinal);

    internal PtxModule(
        int targetArchitecture,
        Version isaVersion,
        IReadOnlyList<PtxGlobal> globals,
        IReadOnlyList<CompiledFunction> functions,
        IReadOnlyDictionary<string, CompiledFunction> functionsByName,
        IReadOnlyDictionary<int, string> files)
    {
        TargetArchitecture = targetArchitecture;
        IsaVersion = isaVersion;
        Globals = globals;
        Functions = functions;
        FunctionsByName = functionsByName;
        Files = files;
    }

    /// <summary>The kernels, in the order of the text.</summary>
    public IReadOnlyList<PtxKernel> Kernels { get; private set; } = [];

    /// <summary>The variables in global and constant memory, in the order of the text.</summary>
    public IReadOnlyList<PtxGlobal> Globals { get; }

    /// <summary>The architecture of <c>.target</c>: 80 for <c>sm_80</c>.</summary>
    public int TargetArchitecture { get; }

    /// <summary>The version of the instruction set that the text is written in (<c>.version</c>).</summary>
    public Version IsaVersion { get; }

    /// <summary>Parses and verifies PTX text.</summary>
    /// <param name="utf8Text">The text; a closing zero byte is allowed.</param>
    /// <returns>The module.</returns>
    /// <exception cref="PtxException">The text has a mistake, or something that is not supported; the exception names line and
    /// instruction.</exception>
    public static PtxModule Parse(ReadOnlySpan<byte> utf8Text) => ModuleCompiler.Compile(Parser.Parse(utf8Text));

    /// <summary>Finds a kernel by name.</summary>
    /// <param name="name">The name in the PTX text.</param>
    /// <returns>The kernel, or null.</returns>
    public PtxKernel? FindKernel(string name) => kernelsByName.GetValueOrDefault(name);

    /// <summary>The functions that have a body, kernels included.</summary>
    internal IReadOnlyList<CompiledFunction> Functions { get; }

    internal IReadOnlyDictionary<string, CompiledFunction> FunctionsByName { get; }

    /// <summary>Source files by the numbers that <c>.loc</c> uses.</summary>
    internal IReadOnlyDictionary<int, string> Files { get; }

    internal void SetKernels(IReadOnlyList<PtxKernel> kernels)
    {
        Kernels = kernels;
        foreach (PtxKernel kernel in kernels)
        {
            kernelsByName.Add(kernel.Name, kernel);
        }
    }
}
