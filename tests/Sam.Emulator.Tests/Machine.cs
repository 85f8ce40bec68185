using System.Runtime.InteropServices;
using System.Text;

namespace Sam.Emulator.Tests;

/// <summary>A device of one module: memory, arrays, launches.</summary>
internal sealed unsafe class Machine : IDisposable
{
    private readonly LoadedModule loaded;

    public Machine(string ptx, ExecutionOptions? options = null)
    {
        Options = options ?? ExecutionOptions.Default;
        Memory = new GlobalMemory((Options.Checks & CheckSet.Uninitialised) != 0);
        Module = PtxModule.Parse(Encoding.UTF8.GetBytes(ptx));
        loaded = new LoadedModule(Module, Memory);
    }

    public ExecutionOptions Options { get; set; }

    public GlobalMemory Memory { get; }

    public PtxModule Module { get; }

    public LoadedModule Loaded => loaded;

    public KernelCounters Counters { get; private set; } = new();

    public StringWriter Output { get; } = new();

    /// <summary>A machine for one of the texts under Kernels.</summary>
    public static Machine OfFile(string name, ExecutionOptions? options = null) => new(Text(name), options);

    public static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Kernels", name + ".ptx"));

    public ulong New<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ulong address = Memory.Allocate((long)values.Length * sizeof(T));
        values.CopyTo(View<T>(address, values.Length));
        Memory.MarkInitialised(address, (long)values.Length * sizeof(T));
        return address;
    }

    /// <summary>An array that nothing has written.</summary>
    public ulong Raw<T>(int count)
        where T : unmanaged => Memory.Allocate((long)count * sizeof(T));

    public Span<T> View<T>(ulong address, int count)
        where T : unmanaged => new((void*)address, count);

    public void Launch(string kernel, Dim3 grid, Dim3 block, params object[] arguments) => Launch(kernel, grid, block, 0, false, arguments);

    public void Launch(string kernel, Dim3 grid, Dim3 block, int shared, bool cooperative, params object[] arguments)
    {
        PtxKernel found = Module.FindKernel(kernel) ?? throw new InvalidOperationException(kernel);
        var bytes = new byte[found.ParameterBytes];
        for (int k = 0; k < arguments.Length; k++)
        {
            Span<byte> place = bytes.AsSpan(found.Parameters[k].Offset);
            switch (arguments[k])
            {
                case ulong value:
                    MemoryMarshal.Write(place, value);
                    break;
                case int value:
                    MemoryMarshal.Write(place, value);
                    break;
                case float value:
                    MemoryMarshal.Write(place, value);
                    break;
                default:
                    throw new NotSupportedException();
            }
        }

        Counters = new KernelCounters();
        KernelExecutor.Launch(loaded, found, grid, block, shared, bytes, Memory, Options, Counters, Output, cooperative);
    }

    public void Dispose()
    {
        loaded.Dispose();
        Memory.Dispose();
    }
}
