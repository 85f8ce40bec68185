using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sam.Cli.Data;

/// <summary>Buffers for one batch, filled again and again: grey values become normalised floats, (x / 255 - mean) / deviation.</summary>
/// <param name="capacity">The largest batch.</param>
internal sealed class Batch(int capacity)
{
    private const double Mean = 0.1307;
    private const double Deviation = 0.3081;
    private const float Scale = (float)(1 / (255 * Deviation));
    private const float Offset = (float)(-Mean / Deviation);

    private readonly float[] _images = new float[capacity * MnistSet.Pixels];
    private readonly int[] _labels = new int[capacity];

    /// <summary>The largest batch.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Examples it holds now.</summary>
    public int Count { get; private set; }

    /// <summary>(B, 784), normalised.</summary>
    public ReadOnlySpan<float> Images => _images.AsSpan(0, Count * MnistSet.Pixels);

    /// <summary>(B), 0 to 9.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>Takes the examples that an order names.</summary>
    /// <param name="set">The images.</param>
    /// <param name="labels">The labels to train on, one for each image.</param>
    /// <param name="order">Indices of the examples, at most <see cref="Capacity"/>.</param>
    public void Load(MnistSet set, ReadOnlySpan<int> labels, ReadOnlySpan<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            Normalize(set.Images.AsSpan(order[i] * MnistSet.Pixels, MnistSet.Pixels), _images.AsSpan(i * MnistSet.Pixels, MnistSet.Pixels));
            _labels[i] = labels[order[i]];
        }

        Count = order.Length;
    }

    /// <summary>Takes examples one after the other, with their true labels.</summary>
    /// <param name="set">The examples.</param>
    /// <param name="start">The first.</param>
    /// <param name="count">How many, at most <see cref="Capacity"/>.</param>
    public void Load(MnistSet set, int start, int count)
    {
        Normalize(set.Images.AsSpan(start * MnistSet.Pixels, count * MnistSet.Pixels), _images.AsSpan(0, count * MnistSet.Pixels));
        for (int i = 0; i < count; i++)
        {
            _labels[i] = set.Labels[start + i];
        }

        Count = count;
    }

    /// <summary>Normalises grey values, sixteen at a time; an image is a multiple of sixteen.</summary>
    private static void Normalize(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        ReadOnlySpan<Vector128<byte>> from = MemoryMarshal.Cast<byte, Vector128<byte>>(pixels);
        Span<Vector128<float>> to = MemoryMarshal.Cast<float, Vector128<float>>(values)[..(4 * from.Length)];
        Vector128<float> scale = Vector128.Create(Scale);
        Vector128<float> offset = Vector128.Create(Offset);
        for (int i = 0; i < from.Length; i++)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(from[i]);
            (Vector128<uint> first, Vector128<uint> second) = Vector128.Widen(low);
            (Vector128<uint> third, Vector128<uint> fourth) = Vector128.Widen(high);
            to[4 * i] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(first.AsInt32()), scale, offset);
            to[(4 * i) + 1] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(second.AsInt32()), scale, offset);
            to[(4 * i) + 2] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(third.AsInt32()), scale, offset);
            to[(4 * i) + 3] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(fourth.AsInt32()), scale, offset);
        }
    }
}
