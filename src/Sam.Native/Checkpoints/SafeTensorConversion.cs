using System.Runtime.CompilerServices;

namespace Sam.Native;

/// <summary>Values of safetensors files as float32. Sources need no alignment.</summary>
internal static unsafe class SafeTensorConversion
{
    /// <summary>Converts as many elements as the destination has.</summary>
    /// <param name="type">The source's type, not one of the 8-bit floats.</param>
    /// <param name="source">The first element.</param>
    /// <param name="destination">Overwritten.</param>
    public static void ToSingles(SafeTensorType type, byte* source, Span<float> destination)
    {
        switch (type)
        {
            case SafeTensorType.Float32:
                fixed (float* target = destination)
                {
                    Buffer.MemoryCopy(source, target, (long)destination.Length * sizeof(float), (long)destination.Length * sizeof(float));
                }

                break;
            case SafeTensorType.BFloat16:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)At<ushort>(source, i) << 16);
                }

                break;
            case SafeTensorType.Float16:
                for (int i = 0; i < destination.Length; i++) destination[i] = (float)At<Half>(source, i);
                break;
            case SafeTensorType.Float64:
                for (int i = 0; i < destination.Length; i++) destination[i] = (float)At<double>(source, i);
                break;
            case SafeTensorType.Int64:
                for (int i = 0; i < destination.Length; i++) destination[i] = At<long>(source, i);
                break;
            case SafeTensorType.UInt64:
                for (int i = 0; i < destination.Length; i++) destination[i] = At<ulong>(source, i);
                break;
            case SafeTensorType.Int32:
                for (int i = 0; i < destination.Length; i++) destination[i] = At<int>(source, i);
                break;
            case SafeTensorType.UInt32:
                for (int i = 0; i < destination.Length; i++) destination[i] = At<uint>(source, i);
                break;
            case SafeTensorType.Int16:
                for (int i = 0; i < destination.Length; i++) destination[i] = At<short>(source, i);
                break;
            case SafeTensorType.UInt16:
                for (int i = 0; i < destination.Length; i++) destination[i] = At<ushort>(source, i);
                break;
            case SafeTensorType.Int8:
                for (int i = 0; i < destination.Length; i++) destination[i] = (sbyte)source[i];
                break;
            case SafeTensorType.UInt8:
                for (int i = 0; i < destination.Length; i++) destination[i] = source[i];
                break;
            case SafeTensorType.Bool:
                for (int i = 0; i < destination.Length; i++) destination[i] = source[i] != 0 ? 1 : 0;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "This type does not convert to float32.");
        }
    }

    private static T At<T>(byte* source, int index)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(source + ((long)index * sizeof(T)));
}
