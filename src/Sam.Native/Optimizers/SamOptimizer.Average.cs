namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private long _averaged;
    private bool _averageIsIn;

    /// <summary>Updates that are in the average of the weights; 0 where none is kept.</summary>
    public long AveragedUpdates
    {
        get
        {
            SettleAll();
            return _averaged;
        }
    }

    /// <summary>Exchanges the model's weights and their average, to evaluate or save the average; call it again before the next
    /// step.</summary>
    /// <remarks>Running statistics of batch normalisation were gathered with the trained weights: call <see cref="Model.RenewStatistics"/> while the average
    /// is in the model. The exchange back brings those of the training back to the bit.</remarks>
    /// <exception cref="InvalidOperationException">The options keep no average, no update is in it yet, or a step is between its
    /// halves.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the model was disposed.</exception>
    public void SwapAverage()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectDisposedException.ThrowIf(Model.IsDisposed, Model);
        SettleAll();
        if (_mean is null || _averaged == 0)
        {
            throw new InvalidOperationException(
                _mean is null ? "The optimizer keeps no average of the weights; set SamOptions.Averaging."
                    : "No update is in the average of the weights yet.");
        }

        if (_inStep)
        {
            throw new InvalidOperationException($"SwapAverage was called between FirstStep and SecondStep; {Order}.");
        }

        DevicePointer<float> spare = Model.GradientMemory, mean = _mean.Pointer<float>(), weights = Model.WeightMemory;
        using DeviceScope scope = Model.Device.Enter();
        DevicePointer<float> copy = Pair(1, 0);
        DeviceKernels kernels = Model.Device.Kernels;
        kernels.Combine(_plan.Pieces, weights, default, copy, spare);
        kernels.Combine(_plan.Pieces, mean, default, copy, weights);
        kernels.Combine(_plan.Pieces, spare, default, copy, mean);
        if (_buffers is not null)
        {
            // Between steps nothing lies there.
            DevicePointer<float> training = _buffers.Pointer<float>();
            kernels.Copy(Model.Layout.BufferCount, _averageIsIn ? training : Model.BufferMemory, _averageIsIn ? Model.BufferMemory : training);
        }

        Model.ZeroGradients();
        _averageIsIn = !_averageIsIn;
    }

    private void UpdateAverage()
    {
        if (_mean is null || Options.Averaging is not WeightAveraging averaging || !AveragesAfter(BaseOptimizer.SubmittedUpdates))
        {
            return;
        }

        float keep = _averaged == 0 ? 0 : averaging.Decay > 0 ? averaging.Decay : (float)(_averaged / (_averaged + 1.0));
        DevicePointer<float> mean = _mean.Pointer<float>();
        Model.Device.Kernels.Combine(_plan.Pieces, mean, Model.WeightMemory, Pair(keep, 1 - keep), mean, _record.State);
        _averaged++;
    }

    private bool AveragesAfter(long update) => Options.Averaging is WeightAveraging averaging && update >= averaging.Start
        && (update - averaging.Start) % averaging.Interval == 0;
}
