namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public override void LinearForward(
        int batch, int inFeatures, int outFeatures, DevicePointer<float> input, DevicePointer<float> weight, DevicePointer<float> bias,
        DevicePointer<float> output, Activation activation)
    {
        bool relu = activation == Activation.Relu;
        Epilogue kind = bias.IsNull ? (relu ? Epilogue.Relu : Epilogue.None) : relu ? Epilogue.BiasRelu : Epilogue.Bias;
        ProductEpilogue epilogue = new(kind, bias.ToPointer());
        MatrixProduct.Multiply(
            _team, false, true, batch, outFeatures, inFeatures, 1, input.ToPointer(), inFeatures, weight.ToPointer(), inFeatures, 0,
            output.ToPointer(), outFeatures, epilogue);
    }

    public override void LinearBackwardInput(
        int batch, int inFeatures, int outFeatures, DevicePointer<float> outputGradient, DevicePointer<float> weight,
        DevicePointer<float> inputGradient, DevicePointer<float> reluMask)
    {
        ProductEpilogue epilogue = reluMask.IsNull ? default : new ProductEpilogue(Epilogue.ReluMask, mask: reluMask.ToPointer(), maskStride: inFeatures);
        MatrixProduct.Multiply(
            _team, false, false, batch, inFeatures, outFeatures, 1, outputGradient.ToPointer(), outFeatures, weight.ToPointer(), inFeatures, 0,
            inputGradient.ToPointer(), inFeatures, epilogue);
    }

    public override void LinearBackwardWeight(
        int batch, int inFeatures, int outFeatures, DevicePointer<float> input, DevicePointer<float> outputGradient,
        DevicePointer<float> weightGradient, DevicePointer<float> biasGradient, bool accumulate)
    {
        if (!weightGradient.IsNull)
        {
            MatrixProduct.Multiply(
                _team, true, false, outFeatures, inFeatures, batch, 1, outputGradient.ToPointer(), outFeatures, input.ToPointer(), inFeatures, accumulate ? 1 : 0, weightGradient.ToPointer(), inFeatures);
        }

        if (!biasGradient.IsNull)
        {
            ColumnSums.Run(_team, batch, outFeatures, outputGradient.ToPointer(), biasGradient.ToPointer(), accumulate);
        }
    }
}
