namespace Sam.Native.Cuda;

internal sealed partial class CudaKernels
{
    private AdafactorKernels Adafactor => field ??= new AdafactorKernels(_device.Launcher);

    internal override void FactoredMoments(
        in FactoredTensors tensors, double share, DevicePointer<float> gradient, DevicePointer<StepState> state)
    {
        if (tensors.PartCount == 0) return;
        Adafactor.FactoredMoments(
            new LaunchShape(tensors.PartCount, Threads), tensors.Tensors, tensors.Count, tensors.Parts, _device.Constants.Put(share), gradient,
            tensors.Moments, state, _scratch.Counters);
    }

    internal override void FactoredDirection(
        in ArenaPieces pieces, in FactoredTensors tensors, in FactoredStep step, DevicePointer<float> gradient, DevicePointer<float> weights,
        DevicePointer<float> coefficients) =>
        Adafactor.FactoredDirection(
            Shape(pieces), pieces.Pieces, pieces.Count, pieces.TensorCount, tensors.Tensors, tensors.Moments, step, gradient, weights,
            pieces.Partials, coefficients, _scratch.Counters);
}
