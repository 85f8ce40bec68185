using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Execution;

/// <summary>A kernel of a loaded module: everything that its launches share.</summary>
internal sealed class KernelImage
{
    /// <summary>The first address of functions in the generic space.</summary>
    public const ulong FunctionBase = 0x0400_0000_0000_0000;

    private const int FunctionStride = 16;

    private readonly ulong[]?[] constants;
    private readonly LoadedModule loaded;

    public KernelImage(LoadedModule loaded, PtxKernel kernel)
    {
        this.loaded = loaded;
        Kernel = kernel;
        Functions = loaded.Module.Functions;
        Entry = loaded.Module.FunctionsByName[kernel.Name];
        SharedOffsets = kernel.SharedOffsets;
        constants = new ulong[Functions.Count][];
        foreach (CompiledFunction function in Functions)
        {
            constants[function.Index] = Resolve(function);
        }
    }

    public PtxKernel Kernel { get; }

    public CompiledFunction Entry { get; }

    public IReadOnlyList<CompiledFunction> Functions { get; }

    /// <summary>Where the kernel has its shared variables.</summary>
    public IReadOnlyDictionary<VariableSyntax, int> SharedOffsets { get; }

    /// <summary>The values of the constants of a function.</summary>
    public ulong[] Constants(CompiledFunction function) => constants[function.Index]!;

    /// <summary>The function at an address, or null.</summary>
    public CompiledFunction? FunctionAt(ulong address)
    {
        ulong index = (address - FunctionBase) / FunctionStride;
        return address >= FunctionBase && address % FunctionStride == 0 && index < (ulong)Functions.Count ? Functions[(int)index] : null;
    }

    /// <summary>The address of a function of a module.</summary>
    public static ulong AddressOf(CompiledFunction function) => FunctionBase + (ulong)(function.Index * FunctionStride);

    /// <summary>Whether an address lies in a constant variable of the module.</summary>
    public bool IsConstant(ulong address) => loaded.IsConstant(address);

    private ulong[] Resolve(CompiledFunction function)
    {
        var values = new ulong[function.Constants.Count];
        for (int k = 0; k < values.Length; k++)
        {
            ConstantSlot slot = function.Constants[k];
            values[k] = slot.Kind switch
            {
                ConstantKind.GlobalAddress => loaded.AddressOf(slot.Symbol) + slot.Bits,
                ConstantKind.SharedOffset => (ulong)SharedOffsets.GetValueOrDefault(slot.Variable!) + slot.Bits,
                ConstantKind.FunctionAddress =>
                    loaded.Module.FunctionsByName.TryGetValue(slot.Symbol, out CompiledFunction? target) ? AddressOf(target) : 0,
                _ => slot.Bits,
            };
        }

        return values;
    }
}
