using Sam.Native;

namespace Sam.Layers;

/// <summary>A layer of one's own, added to a model with <see cref="LayerAttribute{TLayer}"/>. The type is only a name for its static
/// members: no instance is made.</summary>
/// <remarks><see cref="Forward"/> and <see cref="Backward"/> run on the host, on devices whose memory the program can reach;
/// <see cref="ForwardOnCuda"/> and <see cref="BackwardOnCuda"/>, where <see cref="RunsOnCuda"/> says that they are there, launch kernels of a CUDA
/// device. None of them may allocate if training steps shall not, and each must give the same result for the same arguments: SAM calls the
/// forward pass twice a step.</remarks>
/// <example>
/// <code>
/// [LayerParameter("slope", "C", Initial = 0.25f)]
/// public readonly struct PRelu : ILayer
/// {
///     public static Shape OutputShape(Shape input) => input;
///
///     public static void Forward(in LayerForward pass)
///     {
///         ReadOnlySpan&lt;float&gt; slope = pass.Parameter(0);
///         int perChannel = pass.InputShape.Count / slope.Length;
///         for (int i = 0; i &lt; pass.Input.Length; i++)
///         {
///             float x = pass.Input[i];
///             pass.Output[i] = x &gt; 0 ? x : slope[i / perChannel % slope.Length] * x;
///         }
///     }
///
///     public static void Backward(in LayerBackward pass)
///     {
///         ReadOnlySpan&lt;float&gt; slope = pass.Parameter(0);
///         Span&lt;float&gt; slopeGradient = pass.ParameterGradient(0);
///         int perChannel = pass.InputShape.Count / slope.Length;
///         for (int i = 0; i &lt; pass.Input.Length; i++)
///         {
///             int c = i / perChannel % slope.Length;
///             float x = pass.Input[i], dy = pass.OutputGradient[i];
///             slopeGradient[c] += x &gt; 0 ? 0 : x * dy;
///             if (pass.NeedsInputGradient)
///             {
///                 pass.InputGradient[i] = x &gt; 0 ? dy : slope[c] * dy;
///             }
///         }
///     }
/// }
/// </code>
/// </example>
public interface ILayer
{
    /// <summary>Shape of one output example for the shape of one input example. It equals what the attribute says, or the model's
    /// constructor throws.</summary>
    /// <param name="input">Shape of one input example.</param>
    /// <returns>Shape of one output example.</returns>
    static abstract Shape OutputShape(Shape input);

    /// <summary>Computes the output from the input and the parameters; writes every element of the output.</summary>
    /// <param name="pass">What to read and where to write.</param>
    static abstract void Forward(in LayerForward pass);

    /// <summary>Computes the gradients from that of the output: adds to those of the parameters, and writes every element of the input's,
    /// which holds anything
    /// at first, where it is needed.</summary>
    /// <param name="pass">What to read and where to write.</param>
    static abstract void Backward(in LayerBackward pass);

    /// <summary>Whether the layer has a CUDA part. A model with one that has none is refused on CUDA devices.</summary>
    static virtual bool RunsOnCuda => false;

    /// <summary>Launches the kernels of the forward pass on a CUDA device.</summary>
    /// <param name="pass">What to read, where to write and what to launch with.</param>
    /// <exception cref="NotSupportedException">The layer has no CUDA part.</exception>
    static virtual void ForwardOnCuda(in CudaLayerForward pass) =>
        throw new NotSupportedException("The layer says that it runs on CUDA, but has no ForwardOnCuda.");

    /// <summary>Launches the kernels of the backward pass on a CUDA device: overwrites the gradients of the parameters, or adds to them where
    /// <see cref="CudaLayerBackward.Accumulates"/>, and writes every element of the input's where it is needed.</summary>
    /// <param name="pass">What to read, where to write and what to launch with.</param>
    /// <exception cref="NotSupportedException">The layer has no CUDA part.</exception>
    static virtual void BackwardOnCuda(in CudaLayerBackward pass) =>
        throw new NotSupportedException("The layer says that it runs on CUDA, but has no BackwardOnCuda.");
}
