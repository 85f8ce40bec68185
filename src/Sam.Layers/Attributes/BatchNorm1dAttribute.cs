namespace Sam.Layers;

/// <summary>Batch normalisation over an input of features, or of channels and a length (Ioffe and Szegedy, ICML 2015, arXiv:1502.03167):
/// each channel is normalised by its mean
/// and biased variance over the batch, then scaled and shifted.</summary>
/// <param name="name">Name of the layer.</param>
/// <remarks>Parameters are NAME.weight and NAME.bias (channels), starting at 1 and 0; buffers NAME.running_mean, NAME.running_var
/// (channels) and
/// NAME.num_batches_tracked. In evaluation the running statistics normalise. They move in training, in a SAM step in the first pass only:
/// running = (1 - momentum) running + momentum batch, the variance unbiased as in torch. A following shortcut and ReLU are computed
/// together with it.</remarks>
public sealed class BatchNorm1dAttribute(string name) : ModelLayerAttribute
{
    /// <summary>Name of the layer.</summary>
    public string Name { get; } = name;

    /// <summary>Added to the variance, greater than 0; 1e-5 unless set.</summary>
    public float Epsilon { get; set; } = 1e-5f;

    /// <summary>Share of a batch in the running statistics, in [0, 1]; 0.1 unless set.</summary>
    public float Momentum { get; set; } = 0.1f;

    /// <summary>Whether running statistics are the plain average over all batches since NAME.num_batches_tracked was 0, whatever the
    /// momentum, as torch's momentum=None; false unless set.</summary>
    public bool CumulativeAverage { get; set; }

    /// <summary>Whether there are weight and bias; true unless set.</summary>
    public bool Affine { get; set; } = true;

    /// <summary>Whether running statistics are kept; true unless set. Without them the batch's statistics normalise in evaluation too: an
    /// output then depends on the examples it is computed with, and one example is refused where it has one value a channel.</summary>
    public bool TrackRunningStatistics { get; set; } = true;
}
