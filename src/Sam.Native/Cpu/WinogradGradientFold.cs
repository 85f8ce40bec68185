using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>From sums of products to the gradient of the weights, by G'. A part is one output channel.</summary>
internal unsafe struct WinogradGradientFold : ITeamJob
{
    /// <summary>Product e, output channel, input channel.</summary>
    public float* Sums;

    /// <summary>Taps of one dimension: 3 or 5.</summary>
    public int Taps;

    /// <summary>Input channels, a multiple of 16.</summary>
    public int InChannels;

    /// <summary>Output channels.</summary>
    public int OutChannels;

    /// <summary>The gradient of the weights.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        switch (Width)
        {
            case VectorWidth.Vector512:
                Part<Simd512, Vector512<float>>(part);
                break;
            case VectorWidth.Vector256:
                Part<Simd256, Vector256<float>>(part);
                break;
            default:
                Part<Simd128, Vector128<float>>(part);
                break;
        }
    }

    private readonly void Part<TSimd, TVector>(int channel)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (Taps == 3)
        {
            Channel<Winograd3, TSimd, TVector>(channel);
        }
        else
        {
            Channel<Winograd5, TSimd, TVector>(channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Channel<TForm, TSimd, TVector>(int channel)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int taps = TForm.Taps * TForm.Taps;
        float* temporary = stackalloc float[WinogradPlan.TemporaryElements];
        float* folded = stackalloc float[32 * 16];
        float* rows = stackalloc float[32 * 16];
        nint matrix = (nint)OutChannels * InChannels;
        float* to = Target + ((nint)channel * InChannels * taps);
        for (int c = 0; c < InChannels; c += TSimd.Count)
        {
            WinogradTransforms.Fold<TForm, TSimd, TVector>(
                Sums + ((nint)channel * InChannels) + c, matrix, folded, temporary);
            ChannelsLast.Transposed(folded, TSimd.Count, TForm.Taps == 3 && TSimd.Count == 16 ? 16 : taps, TSimd.Count, rows, 32);
            for (int lane = 0; lane < TSimd.Count; lane++, to += taps)
            {
                Put(rows + (lane * 32), taps, to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Put(float* from, int count, float* to)
    {
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector256<float> value = Vector256.Load(from + i);
            Vector256.Store(Accumulate ? Vector256.Load(to + i) + value : value, to + i);
        }

        for (; i < count; i++)
        {
            to[i] = Accumulate ? to[i] + from[i] : from[i];
        }
    }
}
