namespace Sam.Generators.Kernels;

/// <summary>All that a generated class is made of.</summary>
internal sealed record KernelBinding(KernelFile File, string Namespace, string Ptx)
{
    public string HintName => $"{Namespace}.{File.ClassName}.g.cs";
}
