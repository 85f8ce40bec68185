using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Sums of a chunk of tiles for the gradient of the weights: for each product, gradients transposed times inputs. A part is a
/// strip of input channels of one product.</summary>
/// <remarks>Order of the sums: the tiles of a chunk are one chain of fused multiply-adds from 0; the chunks of a group are added in
/// ascending order, then the groups.</remarks>
internal unsafe struct WinogradGradientProducts : ITeamJob
{
    /// <summary>The transformed inputs, as <see cref="WinogradGradientInputs.Inputs"/>.</summary>
    public float* Inputs;

    /// <summary>The transformed gradients of the output.</summary>
    public float* Gradients;

    /// <summary>Group, product e, output channel, input channel.</summary>
    public float* Sums;

    /// <summary>Products of a tile.</summary>
    public int Products;

    /// <summary>The group of this chunk.</summary>
    public int Group;

    /// <summary>Input channels.</summary>
    public int InChannels;

    /// <summary>Output channels.</summary>
    public int OutChannels;

    /// <summary>Tiles of a whole chunk.</summary>
    public int ChunkTiles;

    /// <summary>Tiles of this chunk.</summary>
    public int Tiles;

    /// <summary>Whether the group begins with this chunk.</summary>
    public bool First;

    /// <summary>Strips of a product.</summary>
    public int Strips;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        float* scratch = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
        switch (Width)
        {
            case VectorWidth.Vector512:
                Part<Simd512, Vector512<float>>(part, scratch);
                break;
            case VectorWidth.Vector256:
                Part<Simd256, Vector256<float>>(part, scratch);
                break;
            default:
                Part<Simd128, Vector128<float>>(part, scratch);
                break;
        }
    }

    private readonly void Part<TSimd, TVector>(int part, float* scratch)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int product = part / Strips;
        int width = 2 * TSimd.Count;
        int slivers = (InChannels + width - 1) / width;
        int share = (slivers + Strips - 1) / Strips * width;
        int column = part % Strips * share;
        int columns = Math.Min(share, InChannels - column);
        if (columns <= 0)
        {
            return;
        }

        nint inStep = InChannels + WinogradPlan.RowGap;
        nint outStep = OutChannels + WinogradPlan.RowGap;
        MatrixTarget target = new()
        {
            C = Sums + ((((nint)Group * Products) + product) * OutChannels * InChannels),
            Step = InChannels,
            Alpha = 1,
            First = First,
        };
        TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
            ref target, 0, OutChannels, column, columns, Tiles,
            Gradients + ((nint)product * ChunkTiles * outStep), 1, outStep, TSimd.TileRows,
            Inputs + ((nint)product * ChunkTiles * inStep) + column, inStep, width, scratch);
    }
}
