using Sam.Native.Cpu;

namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private const int TileThreads = 128;

    // Pixels of an image from which on its product fills cuBLAS's tiles; images of fewer are multiplied side by side by a kernel of ours.
    private const int PixelsForCublas = 64;

    private DeviceMemory? _slices;

    private ConvolutionForwardKernels ConvolutionForward => field ??= new ConvolutionForwardKernels(
        _device.Launcher, Precision == CudaPrecision.Tf32, Precision == CudaPrecision.BFloat16, Precision == CudaPrecision.Float16);

    private ConvolutionDataKernels ConvolutionData => field ??= new ConvolutionDataKernels(
        _device.Launcher, Precision == CudaPrecision.Tf32, Precision == CudaPrecision.BFloat16, Precision == CudaPrecision.Float16);

    private ConvolutionWeightKernels ConvolutionWeight => field ??= new ConvolutionWeightKernels(
        _device.Launcher, Precision == CudaPrecision.Tf32, Precision == CudaPrecision.BFloat16, Precision == CudaPrecision.Float16);

    public override void PrepareConv2d(in Conv2dShape shape, int batch)
    {
        Convolution.Check(shape, batch);
        _ = Slices();
    }

    public override void Conv2dForward(
        in Conv2dShape shape,
        int batch,
        DevicePointer<float> input,
        DevicePointer<float> weight,
        DevicePointer<float> bias,
        DevicePointer<float> output,
        Activation activation)
    {
        if (batch == 0) return;
        int plane = shape.OutHeight * shape.OutWidth;
        if (IsProduct(shape))
        {
            MultiplyImages(false, shape.OutChannels, plane, shape.InChannels, weight, input, shape.InCount, output, shape.OutCount, batch, false);
            Finish((long)batch * shape.OutCount, bias, plane, shape.OutChannels, activation, default, output);
            return;
        }

        int depth = shape.InChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth;
        ConvolutionTiles tiles = ConvolutionTiles.ForPixels(shape.OutChannels / shape.Groups, shape.Groups, (long)batch * plane, 1, depth);
        LaunchShape launch = new(tiles.ColumnTiles, tiles.RowTiles, tiles.Slices, TileThreads, 1, 1);
        bool relu = activation == Activation.Relu;
        if (tiles.Slices == 1)
        {
            Forward(tiles, launch, shape, batch, 0, input, weight, bias, relu, output);
            return;
        }

        long count = (long)batch * shape.OutCount;
        long step = (count + 3) & ~3L;
        DevicePointer<float> slices = Slices();
        Forward(tiles, launch, shape, batch, step, input, weight, default, false, slices);
        Epilogues.Epilogue(Words(count), count, tiles.Slices, step, slices, bias, plane, shape.OutChannels, relu, default, false, output);
    }

    public override void Conv2dBackwardInput(
        in Conv2dShape shape,
        int batch,
        DevicePointer<float> outputGradient,
        DevicePointer<float> weight,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask,
        bool accumulate)
    {
        if (batch == 0) return;
        int plane = shape.InHeight * shape.InWidth;
        long count = (long)batch * shape.InCount;
        if (IsProduct(shape))
        {
            MultiplyImages(
                true, shape.InChannels, plane, shape.OutChannels, weight, outputGradient, shape.OutCount, inputGradient, shape.InCount, batch, accumulate);
            Finish(count, default, plane, shape.InChannels, Activation.None, reluMask, inputGradient);
            return;
        }

        int phases = shape.StrideHeight * shape.StrideWidth;
        int rowsOfPhase = (shape.InHeight + shape.StrideHeight - 1) / shape.StrideHeight;
        int columnsOfPhase = (shape.InWidth + shape.StrideWidth - 1) / shape.StrideWidth;
        int depth = shape.OutChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth / phases;
        ConvolutionTiles tiles = ConvolutionTiles.ForPixels(
            shape.InChannels / shape.Groups, shape.Groups, (long)batch * rowsOfPhase * columnsOfPhase, phases, depth);
        LaunchShape launch = new(tiles.ColumnTiles, tiles.RowTiles, tiles.Slices * phases, TileThreads, 1, 1);
        if (tiles.Slices == 1)
        {
            Data(tiles, launch, shape, batch, 0, outputGradient, weight, reluMask, accumulate, inputGradient);
            return;
        }

        long step = (count + 3) & ~3L;
        DevicePointer<float> slices = Slices();
        Data(tiles, launch, shape, batch, step, outputGradient, weight, default, false, slices);
        Epilogues.Epilogue(Words(count), count, tiles.Slices, step, slices, default, plane, shape.InChannels, false, reluMask, accumulate, inputGradient);
    }

    public override void Conv2dBackwardWeight(
        in Conv2dShape shape,
        int batch,
        DevicePointer<float> input,
        DevicePointer<float> outputGradient,
        DevicePointer<float> weightGradient,
        DevicePointer<float> biasGradient,
        bool accumulate)
    {
        if (weightGradient.IsNull)
        {
            if (biasGradient.IsNull) return;
            int plane = shape.OutHeight * shape.OutWidth;
            ConvolutionWeight.BiasSums(new LaunchShape(shape.OutChannels, Threads), batch, shape.OutChannels, plane, outputGradient, accumulate, biasGradient);
            return;
        }

        int rowLength = shape.InChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth;
        long pixels = (long)batch * shape.OutHeight * shape.OutWidth;
        ConvolutionTiles tiles = ConvolutionTiles.ForWeights(shape.OutChannels / shape.Groups, shape.Groups, rowLength, pixels);
        LaunchShape launch = new(tiles.ColumnTiles, tiles.RowTiles, tiles.Slices, TileThreads, 1, 1);
        if (tiles.Slices == 1)
        {
            Weight(tiles, launch, shape, batch, 0, input, outputGradient, accumulate, weightGradient, biasGradient);
            return;
        }

        int weights = shape.WeightCount, biases = biasGradient.IsNull ? 0 : shape.OutChannels;
        long step = (weights + biases + 3L) & ~3L;
        DevicePointer<float> slices = Slices();
        Weight(tiles, launch, shape, batch, step, input, outputGradient, false, slices, biases == 0 ? default : slices + weights);
        ConvolutionWeight.AddSlices(
            Elements(weights + biases), weights, biases, tiles.Slices, step, slices, accumulate, weightGradient, biasGradient);
    }

    // One tap that looks at its own pixel: the convolution is a product of weights and image as they lie in memory.
    private static bool IsProduct(in Conv2dShape shape) =>
        shape is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PaddingHeight: 0, PaddingWidth: 0, Groups: 1 }
        && shape.OutHeight * shape.OutWidth >= PixelsForCublas;

    // Room for the sums of slices. Its size is the same for all shapes, so that a later model does not move what an earlier one's graph uses.
    private DevicePointer<float> Slices()
    {
        _slices ??= _device.AllocateOwn(ConvolutionTiles.WorkspaceElements * sizeof(float), "convolution workspace", clears: false);
        return _slices.Pointer<float>();
    }

    private void Forward(
        in ConvolutionTiles tiles, in LaunchShape launch, in Conv2dShape shape, int batch, long step, DevicePointer<float> x, DevicePointer<float> w,
        DevicePointer<float> bias, bool relu, DevicePointer<float> y)
    {
        switch (tiles.Rows, tiles.Columns)
        {
            case (64, 128): ConvolutionForward.ConvolutionForward64x128(launch, shape, batch, tiles.Slices, step, x, w, bias, relu, y); break;
            case (64, 64): ConvolutionForward.ConvolutionForward64x64(launch, shape, batch, tiles.Slices, step, x, w, bias, relu, y); break;
            default: ConvolutionForward.ConvolutionForward32x64(launch, shape, batch, tiles.Slices, step, x, w, bias, relu, y); break;
        }
    }

    private void Data(
        in ConvolutionTiles tiles, in LaunchShape launch, in Conv2dShape shape, int batch, long step, DevicePointer<float> dy, DevicePointer<float> w,
        DevicePointer<float> mask, bool accumulate, DevicePointer<float> dx)
    {
        switch (tiles.Rows, tiles.Columns)
        {
            case (64, 128): ConvolutionData.ConvolutionData64x128(launch, shape, batch, tiles.Slices, step, dy, w, mask, accumulate, dx); break;
            case (64, 64): ConvolutionData.ConvolutionData64x64(launch, shape, batch, tiles.Slices, step, dy, w, mask, accumulate, dx); break;
            default: ConvolutionData.ConvolutionData32x64(launch, shape, batch, tiles.Slices, step, dy, w, mask, accumulate, dx); break;
        }
    }

    private void Weight(
        in ConvolutionTiles tiles, in LaunchShape launch, in Conv2dShape shape, int batch, long step, DevicePointer<float> x, DevicePointer<float> dy,
        bool accumulate, DevicePointer<float> dw, DevicePointer<float> db)
    {
        if (tiles.Rows == 64) ConvolutionWeight.ConvolutionWeight64x64(launch, shape, batch, tiles.Slices, step, x, dy, accumulate, dw, db);
        else ConvolutionWeight.ConvolutionWeight32x64(launch, shape, batch, tiles.Slices, step, x, dy, accumulate, dw, db);
    }
}
