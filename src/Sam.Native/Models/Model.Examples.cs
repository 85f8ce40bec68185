namespace Sam.Native;

public abstract partial class Model
{
    /// <summary>The loss of each example of the last forward pass, whose targets are loaded. Overwrites the output's gradient.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="losses">Takes a loss for each example, without the mean over the batch.</param>
    internal void ReadExampleLosses(Loss loss, Span<float> losses)
    {
        using DeviceScope scope = Device.Enter();
        DeviceKernels kernels = Device.Kernels;
        int outputs = OutputShape.Count;
        DevicePointer<double> value = LossMemory;
        Span<double> host = stackalloc double[1];
        for (int i = 0; i < losses.Length; i++)
        {
            DevicePointer<float> output = OutputMemory + ((long)i * outputs);
            DevicePointer<float> gradient = OutputGradientMemory + ((long)i * outputs);
            switch (loss.Kind)
            {
                case LossKind.CrossEntropy:
                    kernels.SoftmaxCrossEntropy(1, outputs, output, _targets.Pointer<int>() + i, loss.LabelSmoothing, Reduction.Sum, gradient, value);
                    break;
                case LossKind.MeanSquaredError:
                    kernels.SquaredError(outputs, output, _targets.Pointer<float>() + ((long)i * outputs), Reduction.Mean, gradient, value);
                    break;
                default:
                    kernels.Sum(outputs, output, value);
                    break;
            }

            Device.Download(value, host);
            losses[i] = (float)host[0];
        }
    }
}
