namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private const int ColumnsOfBlock = 32;
    private const int RowsOfBlock = 8;

    private EpilogueKernels Epilogues => field ??= new EpilogueKernels(_device.Launcher);

    private LinearKernels Linear => field ??= new LinearKernels(_device.Launcher);

    public override void LinearForward(
        int batch,
        int inFeatures,
        int outFeatures,
        DevicePointer<float> input,
        DevicePointer<float> weight,
        DevicePointer<float> bias,
        DevicePointer<float> output,
        Activation activation)
    {
        if (batch == 0) return;
        Multiply(false, true, batch, outFeatures, inFeatures, input, weight, 0, output);
        Finish((long)batch * outFeatures, bias, 1, outFeatures, activation, default, output);
    }

    public override void LinearBackwardInput(
        int batch,
        int inFeatures,
        int outFeatures,
        DevicePointer<float> outputGradient,
        DevicePointer<float> weight,
        DevicePointer<float> inputGradient,
        DevicePointer<float> reluMask)
    {
        if (batch == 0) return;
        Multiply(false, false, batch, inFeatures, outFeatures, outputGradient, weight, 0, inputGradient);
        Finish((long)batch * inFeatures, default, 1, inFeatures, Activation.None, reluMask, inputGradient);
    }

    public override void LinearBackwardWeight(
        int batch,
        int inFeatures,
        int outFeatures,
        DevicePointer<float> input,
        DevicePointer<float> outputGradient,
        DevicePointer<float> weightGradient,
        DevicePointer<float> biasGradient,
        bool accumulate)
    {
        if (!weightGradient.IsNull)
        {
            Multiply(true, false, outFeatures, inFeatures, batch, outputGradient, input, accumulate ? 1 : 0, weightGradient);
        }

        if (biasGradient.IsNull) return;
        LaunchShape shape = new((outFeatures + ColumnsOfBlock - 1) / ColumnsOfBlock, 1, 1, ColumnsOfBlock, RowsOfBlock, 1);
        Linear.ColumnSums(shape, batch, outFeatures, outputGradient, accumulate, biasGradient);
    }

    // Bias, ReLU and mask behind a product, in place; nothing where there is none of them.
    private void Finish(
        long count, DevicePointer<float> bias, int plane, int channels, Activation activation, DevicePointer<float> mask, DevicePointer<float> values)
    {
        if (bias.IsNull && activation == Activation.None && mask.IsNull) return;
        Epilogues.Epilogue(Words(count), count, 1, 0, values, bias, plane, channels, activation == Activation.Relu, mask, false, values);
    }
}
