namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for tensor cores.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectMatrix() => throw Unsupported("the instruction is not supported");
}
