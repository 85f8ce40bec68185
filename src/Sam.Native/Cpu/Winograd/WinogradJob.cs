using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>A <see cref="WinogradLayer"/> where tiles are many: a part is a run of images, or of rows of tiles of one, which goes from
/// inputs to outputs in scratch memory.</summary>
/// <remarks>Order of the sums: for each product of a tile, blocks of <see cref="WinogradPlan.DepthBlock"/> channels, each a chain of
/// fused multiply-adds from 0, added in ascending order.</remarks>
internal unsafe struct WinogradJob : ITeamJob, IWinogradWork
{
    /// <summary>The layer, its weights transformed.</summary>
    public WinogradLayer Layer;

    /// <summary>Images of a part.</summary>
    public int PartImages;

    /// <summary>Rows of tiles of a part.</summary>
    public int PartTileRows;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <summary>Parts.</summary>
    public readonly int Parts => PartsPerImage * ((Layer.Batch + PartImages - 1) / PartImages);

    private readonly int PartsPerImage => (Layer.TileRows + PartTileRows - 1) / PartTileRows;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker) =>
        WinogradDispatch.Run(this, Layer.Weights.Form, Layer.Weights.Width, part, (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes)));

    /// <inheritdoc/>
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int image0 = part / PartsPerImage * PartImages;
        int images = Math.Min(PartImages, Layer.Batch - image0);
        int tileRow0 = part % PartsPerImage * PartTileRows;
        int tileRows = Math.Min(PartTileRows, Layer.TileRows - tileRow0);
        int imageTiles = tileRows * Layer.TileColumns;
        int tiles = images * imageTiles;
        int outRow0 = TForm.Outputs * tileRow0;
        int outRows = Math.Min(TForm.Outputs * tileRows, Layer.OutHeight - outRow0);
        int width = 2 * TSimd.Count;
        int products = TForm.Products * TForm.Products;
        int group = WinogradPlan.TileGroup(products, width, tiles);
        nint step = Layer.Channels + WinogradPlan.RowGap;

        float* registers = scratch;
        float* temporary = registers + TileProduct.TileElements;
        float* transformed = temporary + Layer.TransformElements(tileRows, TForm.Taps);
        float* sums = transformed + (products * tiles * step);
        float* result = sums + ((nint)products * group * width);
        for (int image = 0; image < images; image++)
        {
            Layer.Transform<TForm, TSimd, TVector>(
                image0 + image, tileRow0, tileRows, transformed + (image * imageTiles * step), tiles * step, temporary);
        }

        for (int sliver = 0; sliver < Layer.Weights.Slivers; sliver++)
        {
            for (int tile = 0; tile < tiles; tile += group)
            {
                int rows = Math.Min(group, tiles - tile);
                Multiply<TForm, TSimd, TVector>(sliver, transformed + (tile * step), tiles * step, rows, sums, registers);
                Layer.Gather<TForm, TSimd, TVector>(sliver, tile, rows, tileRows, outRows, sums, result, temporary);
            }

            for (int image = 0; image < images; image++)
            {
                Layer.Put<TSimd, TVector>(sliver, image0 + image, outRow0, outRows, result + ((nint)image * outRows * Layer.OutWidth * width));
            }
        }
    }

    /// <summary>The products of a run of tiles for one sliver: products[(e * rows + tile) * lanes + lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply<TForm, TSimd, TVector>(
        int sliver, float* transformed, nint matrix, int rows, float* products, float* registers)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        nint step = Layer.Channels + WinogradPlan.RowGap;
        MatrixTarget target = new() { C = products, Step = width, Alpha = 1 };
        float* weights = Layer.Weights.Packed + ((nint)sliver * Layer.Channels * width);
        for (int product = 0; product < TForm.Products * TForm.Products; product++)
        {
            for (int k = 0; k < Layer.Channels; k += WinogradPlan.DepthBlock)
            {
                int depth = Math.Min(WinogradPlan.DepthBlock, Layer.Channels - k);
                target.First = k == 0;
                target.Last = k + depth == Layer.Channels;
                TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                    ref target, 0, rows, 0, width, depth, transformed + k, step, 1, TSimd.TileRows * step,
                    weights + ((nint)k * width), width, 0, registers);
            }

            transformed += matrix;
            weights += (nint)Layer.Weights.Slivers * Layer.Channels * width;
            target.C += rows * width;
        }
    }
}
