namespace Sam.Native;

public sealed partial class SamOptimizer
{
    // Where the device reads no memory of the host's, or a step takes its batch in pieces.
    private float[] _nextInput = [];

    /// <summary>Memory for the examples of the next step. Written there and handed to <see cref="Step(ReadOnlySpan{float}, ReadOnlySpan{int})"/>,
    /// a batch is not copied on the host: on a CUDA device the memory is pinned, and what the device's own copy reads.</summary>
    /// <param name="examples">Examples of the batch, from 1 to <see cref="Sam.Native.Model.BatchSize"/>; any number where the options cut
    /// micro-batches.</param>
    /// <returns>(examples, input shape), row-major, with what an earlier step left there. Any thread may write it until the step is made; a step on
    /// another batch may overwrite it, and afterwards it is not to be written: ask again for each step.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of examples is not in its range.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer was disposed.</exception>
    /// <exception cref="Cuda.CudaException">The device was lost while the step before the last was waited for.</exception>
    /// <remarks>On a CUDA device waits for the step before the last, as the next step would. Allocates when it is first called, on other devices and
    /// with micro-batches.</remarks>
    /// <example>
    /// <code>
    /// Span&lt;float&gt; images = sam.NextInput(labels.Length);
    /// loader.Read(images);
    /// sam.Step(images, labels);
    /// </code>
    /// </example>
    public Span<float> NextInput(int examples)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        bool isCut = Options.MicroBatch > 0;
        if (!isCut) ArgumentOutOfRangeException.ThrowIfGreaterThan(examples, Model.BatchSize);
        int count = checked(examples * Model.InputShape.Count);
        if (_graphs is not null && !isCut)
        {
            _results.Settle(AllowedInFlight);
            return _graphs.Input(_results.Submitted, count);
        }

        if (_nextInput.Length < count) _nextInput = new float[Math.Max(count, isCut ? 0 : Model.BatchSize * Model.InputShape.Count)];
        return _nextInput.AsSpan(0, count);
    }
}
