using System.Globalization;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

/// <summary>The table of choices in docs/cuda.md is what the code chooses.</summary>
public sealed class ConvolutionTableTests
{
    private static readonly (string Name, Conv2dShape Shape, int Batch)[] Layers =
    [
        ("LeNet conv1, batch 64", new Conv2dShape(1, 28, 28, 32, 5, 5, PaddingHeight: 2, PaddingWidth: 2), 64),
        ("LeNet conv2, batch 64", new Conv2dShape(32, 14, 14, 64, 5, 5, PaddingHeight: 2, PaddingWidth: 2), 64),
        ("CIFAR stem, batch 32", new Conv2dShape(3, 32, 32, 64, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 32),
        ("stage 1, batch 32", new Conv2dShape(64, 32, 32, 64, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 32),
        ("stage 2, stride 2, batch 32", new Conv2dShape(64, 32, 32, 128, 3, 3, 2, 2, 1, 1), 32),
        ("stage 2, batch 32", new Conv2dShape(128, 16, 16, 128, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 32),
        ("stage 2, projection, batch 32", new Conv2dShape(64, 32, 32, 128, 1, 1, 2, 2), 32),
        ("stage 3, batch 32", new Conv2dShape(256, 8, 8, 256, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 32),
        ("stage 4, batch 32", new Conv2dShape(512, 4, 4, 512, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 32),
        ("stage 4, batch 1", new Conv2dShape(512, 4, 4, 512, 3, 3, PaddingHeight: 1, PaddingWidth: 1), 1),
    ];

    [Fact]
    public void TheDocumentHasEveryRow()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cuda.md"));
        string[] missing = [.. Layers.Select(layer => Row(layer.Name, layer.Shape, layer.Batch)).Where(row => !document.Contains(row, StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, $"docs/cuda.md lacks:\n{string.Join('\n', missing)}");
    }

    private static string Row(string name, in Conv2dShape shape, int batch)
    {
        int depth = shape.InChannels * shape.KernelHeight * shape.KernelWidth, phases = shape.StrideHeight * shape.StrideWidth;
        long pixels = (long)batch * shape.OutHeight * shape.OutWidth;
        long pixelsOfPhase = (long)batch * (shape.InHeight / shape.StrideHeight) * (shape.InWidth / shape.StrideWidth);
        ConvolutionTiles forward = ConvolutionTiles.ForPixels(shape.OutChannels, 1, pixels, 1, depth);
        ConvolutionTiles data = ConvolutionTiles.ForPixels(
            shape.InChannels, 1, pixelsOfPhase, phases, shape.OutChannels * shape.KernelHeight * shape.KernelWidth / phases);
        ConvolutionTiles weights = ConvolutionTiles.ForWeights(shape.OutChannels, 1, depth, pixels);
        double once = (batch * ((double)shape.InCount + shape.OutCount)) + shape.WeightCount;
        double tiles = (double)forward.RowTiles * forward.ColumnTiles * depth * (forward.Rows + forward.Columns);
        double matrix = 2.0 * depth * pixels;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {shape.OutChannels} x {pixels} x {depth} | {Text(forward, 1)} | {Text(data, phases)} | {Text(weights, 1)} | {Megabytes(once)} | {Megabytes(tiles)} | {Megabytes(matrix)} |");
    }

    private static string Text(in ConvolutionTiles tiles, int phases) =>
        string.Create(CultureInfo.InvariantCulture, $"{tiles.Rows}x{tiles.Columns}, {(long)tiles.RowTiles * tiles.ColumnTiles * phases * tiles.Slices}")
        + (tiles.Slices == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({tiles.Slices} slices)"));

    private static string Megabytes(double elements) => (elements * sizeof(float) / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
