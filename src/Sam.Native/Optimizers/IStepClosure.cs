namespace Sam.Native;

/// <summary>Computes a loss and its gradients at the model's present weights. Implement it with a struct to step without allocating a
/// delegate.</summary>
/// <example>
/// <code>
/// readonly struct Batch(LeNet model, float[] images, int[] labels) : IStepClosure
/// {
///     public float Invoke()
///     {
///         model.Forward(images);
///         return model.Backward(Loss.CrossEntropy(labels));
///     }
/// }
/// </code>
/// </example>
public interface IStepClosure
{
    /// <summary>Runs the forward and the backward pass once. A SAM step calls it twice, at the weights and at the perturbed
    /// weights.</summary>
    /// <returns>The loss.</returns>
    float Invoke();
}
