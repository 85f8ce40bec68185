namespace Sam.Emulator;

/// <summary>One parameter of a kernel.</summary>
/// <param name="Name">The name in the PTX text.</param>
/// <param name="Offset">The offset of its first byte in the argument block.</param>
/// <param name="ByteCount">Its length in bytes.</param>
/// <param name="Alignment">Its alignment in bytes, a power of two.</param>
public sealed record PtxParameter(string Name, int Offset, int ByteCount, int Alignment);
