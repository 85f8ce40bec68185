using System.Runtime.InteropServices;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A cuBLAS handle.</summary>
internal sealed class EmulatedCublas : EmulatedObject
{
    private readonly NativeScratch[] _scratch = [new(), new(), new()];

    internal EmulatedCublas(EmulatedContext context)
        : base(context)
    {
        Stream = context.DefaultStream;
        context.Add(this);
    }

    internal EmulatedStream Stream { get; set; }

    internal CublasMath Math { get; set; }

    internal CublasPointerMode PointerMode { get; set; }

    /// <summary>Host memory for converted operands, one block for each of A, B and C; grows and is kept.</summary>
    /// <param name="operand">0 to 2.</param>
    /// <param name="count">Elements that are needed.</param>
    /// <returns>The block; its content is not defined.</returns>
    internal unsafe float* Scratch(int operand, long count) => _scratch[operand].Get(count);

    /// <inheritdoc/>
    internal override void Destroy()
    {
        foreach (NativeScratch scratch in _scratch) scratch.Free();
        Context.Remove(this);
        base.Destroy();
    }

    private sealed unsafe class NativeScratch
    {
        private float* _block;
        private long _capacity;

        public float* Get(long count)
        {
            if (count <= _capacity) return _block;
            Free();
            _block = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
            _capacity = count;
            return _block;
        }

        public void Free()
        {
            NativeMemory.AlignedFree(_block);
            _block = null;
            _capacity = 0;
        }
    }
}
