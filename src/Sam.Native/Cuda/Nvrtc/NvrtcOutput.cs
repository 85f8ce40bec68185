namespace Sam.Native.Cuda;

/// <summary>What a compilation gave.</summary>
/// <param name="Ptx">The PTX as UTF-8 with a closing zero byte, ready for <c>cuModuleLoadData</c>.</param>
/// <param name="Cubin">The machine code; empty unless the architecture was a real one (<c>sm_80</c>).</param>
/// <param name="Log">Warnings and reports; empty where there were none.</param>
public sealed record NvrtcOutput(byte[] Ptx, byte[] Cubin, string Log);
