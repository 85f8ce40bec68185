using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator;

/// <summary>A kernel (<c>.entry</c>) of a module.</summary>
public sealed class PtxKernel
{
    internal PtxKernel(PtxModule module, string name, IReadOnlyList<PtxParameter> parameters)
    {
        Module = module;
        Name = name;
        Parameters = parameters;
    }

    /// <summary>The module that holds it.</summary>
    public PtxModule Module { get; }

    /// <summary>The name in the PTX text (mangled, unless <c>extern "C"</c>).</summary>
    public string Name { get; }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<PtxParameter> Parameters { get; }

    /// <summary>The length of the argument block in bytes.</summary>
    public int ParameterBytes => Parameters.Count == 0 ? 0 : Parameters[^1].Offset + Parameters[^1].ByteCount;

    /// <summary>Bytes of shared memory that the kernel and what it calls declare with a size.</summary>
    public int StaticSharedBytes { get; internal init; }

    /// <summary>Bytes of local memory for each thread.</summary>
    public int LocalBytesPerThread { get; internal init; }

    /// <summary>An estimate of the 32-bit registers for each thread: the most that live at once, at least 8 and at most 255.</summary>
    public int RegistersPerThread { get; internal init; }

    /// <summary>The largest number of threads in a block (<c>.maxntid</c> or <c>.reqntid</c>); null when the text sets none.</summary>
    public int? MaxThreads { get; internal init; }

    /// <summary>The block shape that the text demands (<c>.reqntid</c>); null when it demands none.</summary>
    public Dim3? RequiredBlock { get; internal init; }

    /// <summary>The smallest number of blocks for each multiprocessor that the text asks for (<c>.minnctapersm</c>); null for
    /// none.</summary>
    public int? MinBlocksPerMultiprocessor { get; internal init; }

    /// <summary>Where the shared memory that a launch adds starts.</summary>
    internal int DynamicSharedOffset { get; init; }

    /// <summary>Where the shared variables that the kernel uses lie.</summary>
    internal IReadOnlyDictionary<VariableSyntax, int> SharedOffsets { get; init; } = new Dictionary<VariableSyntax, int>();

    /// <summary>Whether the depth of calls is not known from the text.</summary>
    internal bool HasUnboundedCalls { get; init; }
}
