namespace Sam.Emulator;

/// <summary>A variable of a module in global or constant memory.</summary>
public sealed class PtxGlobal
{
    internal PtxGlobal(string name, long byteCount, int alignment, PtxSpace space, byte[] initialBytes, bool isExternal)
    {
        Name = name;
        ByteCount = byteCount;
        Alignment = alignment;
        Space = space;
        Initial = initialBytes;
        IsExternal = isExternal;
    }

    /// <summary>The name in the PTX text.</summary>
    public string Name { get; }

    /// <summary>The length in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The alignment in bytes, a power of two.</summary>
    public int Alignment { get; }

    /// <summary><see cref="PtxSpace.Global"/> or <see cref="PtxSpace.Const"/>.</summary>
    public PtxSpace Space { get; }

    /// <summary>Whether the text only declares it (<c>.extern</c>).</summary>
    public bool IsExternal { get; }

    /// <summary>The bytes at load, from the start of the variable; what lies behind them is zero. Addresses in it are filled in at
    /// load.</summary>
    public ReadOnlyMemory<byte> InitialBytes => Initial;

    internal byte[] Initial { get; }

    /// <summary>Places in <see cref="Initial"/> that take the address of a symbol: offset, width in bytes, symbol, addend, and the shift
    /// to the right that picks its bits.</summary>
    internal List<(int Offset, int Width, string Symbol, long Addend, int Shift)> Relocations { get; } = [];
}
