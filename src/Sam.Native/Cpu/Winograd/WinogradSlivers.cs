using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>A <see cref="WinogradLayer"/> where weights are many and tiles few: a part is a sliver of the result's channels for a run of
/// images. It transforms its weights itself, some channels at a time, and multiplies them with all tiles while they lie in the cache, so
/// that transformed weights never go to memory.</summary>
/// <remarks>Order of the sums: for each product of a tile, blocks of <see cref="Depth"/> channels, each a chain of fused multiply-adds from
/// 0, added in ascending order.</remarks>
internal unsafe struct WinogradSlivers : ITeamJob, IWinogradWork
{
    /// <summary>Channels in a block: their weights for a sliver stay in the second-level cache beside the sums.</summary>
    public const int Depth = 64;

    /// <summary>The layer; its weights are not transformed.</summary>
    public WinogradLayer Layer;

    /// <summary>What <see cref="WinogradInputs"/> made.</summary>
    public float* Transformed;

    /// <summary>Images of a part.</summary>
    public int PartImages;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <summary>Parts.</summary>
    public readonly int Parts => Layer.Weights.Slivers * Strips;

    private readonly int Strips => (Layer.Batch + PartImages - 1) / PartImages;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker) =>
        WinogradDispatch.Run(this, Layer.Weights.Form, Layer.Weights.Width, part, (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes)));

    /// <inheritdoc/>
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int sliver = part / Strips, image0 = part % Strips * PartImages, images = Math.Min(PartImages, Layer.Batch - image0);
        int imageTiles = Layer.TileRows * Layer.TileColumns, tiles = images * imageTiles;
        int width = 2 * TSimd.Count, products = TForm.Products * TForm.Products;
        float* registers = scratch;
        float* temporary = registers + TileProduct.TileElements;
        float* weights = temporary + WinogradPlan.TemporaryElements;
        float* sums = weights + (products * Depth * width);
        float* result = sums + ((nint)products * tiles * width);
        for (int k = 0; k < Layer.Channels; k += Depth)
        {
            int depth = Math.Min(Depth, Layer.Channels - k);
            Layer.Weights.Transform<TForm, TSimd, TVector>(sliver, k, depth, weights, Depth * width);
            Multiply<TForm, TSimd, TVector>(k, depth, image0 * imageTiles, tiles, weights, sums, registers);
        }

        Layer.Gather<TForm, TSimd, TVector>(sliver, 0, tiles, Layer.TileRows, Layer.OutHeight, sums, result, temporary);
        for (int image = 0; image < images; image++)
        {
            Layer.Put<TSimd, TVector>(
                sliver, image0 + image, 0, Layer.OutHeight, result + ((nint)image * Layer.OutHeight * Layer.OutWidth * width));
        }
    }

    /// <summary>Adds the products of a block of channels: sums[(e * tiles + tile) * lanes + lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply<TForm, TSimd, TVector>(int k, int depth, nint tile, int tiles, float* weights, float* sums, float* registers)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        nint step = Layer.Channels + WinogradPlan.RowGap, matrix = (nint)Layer.Batch * Layer.TileRows * Layer.TileColumns * step;
        float* transformed = Transformed + (tile * step) + k;
        MatrixTarget target = new() { C = sums, Step = width, Alpha = 1, First = k == 0, Last = k + depth == Layer.Channels };
        for (int product = 0; product < TForm.Products * TForm.Products; product++)
        {
            TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                ref target, 0, tiles, 0, width, depth, transformed, step, 1, TSimd.TileRows * step, weights, width, 0, registers);
            transformed += matrix;
            weights += Depth * width;
            target.C += tiles * width;
        }
    }
}
