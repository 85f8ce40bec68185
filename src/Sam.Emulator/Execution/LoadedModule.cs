using System.Buffers.Binary;
using Sam.Emulator.Execution;

namespace Sam.Emulator;

/// <summary>A module whose variables have their places in a device's memory.</summary>
/// <remarks>Thread-safe once made. Launches of one instance may run at the same time.</remarks>
public sealed unsafe class LoadedModule : IDisposable
{
    private readonly Dictionary<string, ulong> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<PtxKernel, KernelImage> images = [];
    private readonly List<Launch> idle = [];
    private readonly Lock gate = new();

    /// <summary>Places the variables of a module and fills them with their initial bytes.</summary>
    /// <param name="module">The module.</param>
    /// <param name="memory">The memory of the device.</param>
    /// <exception cref="ArgumentException">A variable is declared <c>.extern</c>, and no other module can supply it.</exception>
    public LoadedModule(PtxModule module, GlobalMemory memory)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(memory);
        if (module.Globals.FirstOrDefault(static g => g.IsExternal) is PtxGlobal missing)
        {
            throw new ArgumentException($"The variable '{missing.Name}' is declared .extern, and no module defines it.", nameof(module));
        }

        Module = module;
        Memory = memory;
        foreach (PtxGlobal global in module.Globals)
        {
            addresses.Add(global.Name, memory.Allocate(Math.Max(1, global.ByteCount), global.Alignment, global.Name));
        }

        foreach (PtxGlobal global in module.Globals)
        {
            Fill(global);
        }

        foreach (PtxKernel kernel in module.Kernels)
        {
            images.Add(kernel, new KernelImage(this, kernel));
        }
    }

    /// <summary>The module.</summary>
    public PtxModule Module { get; }

    /// <summary>The memory that holds its variables.</summary>
    public GlobalMemory Memory { get; }

    /// <summary>The address of a variable of the module.</summary>
    /// <param name="global">The name in the PTX text.</param>
    /// <returns>The device address; 0 when there is no such variable.</returns>
    public ulong AddressOf(string global) => addresses.GetValueOrDefault(global);

    /// <summary>Frees the variables. No kernel of the module may run.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            idle.ForEach(static launch => launch.Release());
            idle.Clear();
            foreach (ulong address in addresses.Values)
            {
                Memory.Free(address);
            }

            addresses.Clear();
        }
    }

    /// <summary>Whether an address lies in a constant variable.</summary>
    internal bool IsConstant(ulong address)
    {
        foreach (PtxGlobal global in Module.Globals)
        {
            ulong start = AddressOf(global.Name);
            if (global.Space == PtxSpace.Const && address >= start && address < start + (ulong)global.ByteCount)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A launch whose places can be used for a shape, new or used before.</summary>
    internal Launch TakeLaunch(PtxKernel kernel, Dim3 grid, Dim3 block, int dynamicSharedBytes, GlobalMemory memory,
        ExecutionOptions options)
    {
        if (!images.TryGetValue(kernel, out KernelImage? image))
        {
            throw new ArgumentException($"The kernel '{kernel.Name}' is none of the module.", nameof(kernel));
        }

        lock (gate)
        {
            for (int k = idle.Count - 1; k >= 0; k--)
            {
                if (idle[k].Image == image && idle[k].Fits(block, dynamicSharedBytes, memory, options))
                {
                    Launch found = idle[k];
                    idle.RemoveAt(k);
                    return found;
                }
            }
        }

        return new Launch(image, grid, block, dynamicSharedBytes, memory, options);
    }

    /// <summary>Gives a launch back.</summary>
    internal void ReturnLaunch(Launch launch)
    {
        const int MaxIdle = 32;
        lock (gate)
        {
            if (idle.Count == MaxIdle)
            {
                idle[0].Release();
                idle.RemoveAt(0);
            }

            idle.Add(launch);
        }
    }

    private void Fill(PtxGlobal global)
    {
        ulong address = addresses[global.Name];
        var bytes = new Span<byte>((void*)address, (int)global.ByteCount);
        bytes.Clear();
        global.Initial.CopyTo(bytes);
        Span<byte> value = stackalloc byte[8];
        foreach ((int offset, int width, string symbol, long addend, int shift) in global.Relocations)
        {
            ulong target = addresses.TryGetValue(symbol, out ulong place) ? place
                : Module.FunctionsByName.TryGetValue(symbol, out CompiledFunction? function) ? KernelImage.AddressOf(function) : 0;
            BinaryPrimitives.WriteUInt64LittleEndian(value, (target + (ulong)addend) >> shift);
            value[..Math.Min(width, 8)].CopyTo(bytes[offset..]);
        }

        Memory.MarkInitialised(address, Math.Max(1, global.ByteCount));
    }
}
