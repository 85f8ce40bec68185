namespace Sam.Native.Cuda;

/// <summary>Gives the loaded module of a file of kernels: compiles it, finds it in a cache, or loads PTX made ahead.</summary>
public interface IKernelModules
{
    /// <summary>Loads a file of kernels into the current context, once for each set of constants.</summary>
    /// <param name="source">The file.</param>
    /// <returns>The module; it stays loaded as long as this object lives.</returns>
    /// <exception cref="CudaException">The source does not compile or the driver does not load it; the exception holds the log.</exception>
    /// <exception cref="PlatformNotSupportedException">There is neither a compiler nor PTX made ahead for these constants.</exception>
    CudaModule Load(in KernelSource source);
}
