namespace Sam.Generators.Kernels;

/// <summary>A word, number, literal or sign of CUDA C++ and where it stands.</summary>
internal readonly record struct CudaToken(string Text, int Start)
{
    public int End => Start + Text.Length;

    public bool IsWord => char.IsLetter(Text[0]) || Text[0] == '_';
}
