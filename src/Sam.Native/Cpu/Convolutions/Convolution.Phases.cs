namespace Sam.Native.Cpu;

/// <content>The data gradient of a strided convolution.</content>
internal static unsafe partial class Convolution
{
    private static void BackwardPhases(
        WorkerTeam team,
        in Conv2dShape shape,
        int batch,
        float* outputGradient,
        float* weights,
        float* mask,
        float* inputGradient,
        bool accumulate,
        float* workspace,
        VectorWidth width)
    {
        PhasePlan plan = new(shape);
        PixelSource source = plan.Source(outputGradient);
        PhasePanels panels = new()
        {
            Plan = plan,
            Weights = weights,
            PanelRows = MatrixProduct.TileSize(width).Rows,
            Packed = workspace,
        };
        int threads = (long)shape.WeightCount * shape.OutHeight * shape.OutWidth * batch < ProductPlan.ParallelThreshold ? 1 : team.Threads;
        (int stripRows, int most) = plan.Tile(panels.Rows, panels.PanelRows);
        int strips = (panels.Rows + stripRows - 1) / stripRows;
        int least = (threads + strips - 1) / strips;
        int tilePixels = ConvolutionPlan.TilePixels(source, batch, least, most, plan.BlockChannels, out _);
        int tilesPerImage = tilePixels >= source.Pixels ? 1 : (source.Pixels + tilePixels - 1) / tilePixels;
        int imagesPerTile = Math.Max(1, tilePixels / source.Pixels);
        PhaseProductJob job = new()
        {
            Plan = plan,
            Source = source,
            Weights = panels,
            Target = inputGradient,
            Mask = mask,
            Accumulate = accumulate,
            Batch = batch,
            TilePixels = tilePixels,
            TilesPerImage = tilesPerImage,
            Tiles = tilesPerImage * ((batch + imagesPerTile - 1) / imagesPerTile),
            StripRows = stripRows,
            Strips = strips,
            Width = width,
            Scratch = team.Scratch(0),
        };
        if (threads == 1)
        {
            team.RunAlone(shape.Groups * panels.Panels, ref panels);
            team.RunAlone(shape.Groups * job.Tiles * strips, ref job);
        }
        else
        {
            team.Run(shape.Groups * panels.Panels, ref panels);
            team.Run(shape.Groups * job.Tiles * strips, ref job);
        }
    }
}
