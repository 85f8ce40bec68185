namespace Sam.Native;

/// <summary>What the host knows of a step when it is submitted, and needs to read its record.</summary>
internal struct StepOutline
{
    /// <summary>What kind of step it is.</summary>
    public StepMode Mode;

    /// <summary>Micro-batches with losses of their own.</summary>
    public int Pieces;

    /// <summary>Whether each micro-batch was perturbed by itself.</summary>
    public bool PerturbsPieces;

    /// <summary>Examples of the batch, and of each micro-batch but the last.</summary>
    public int Batch, PieceBatch;

    /// <summary>Whether losses of micro-batches are averaged, weighted by their examples, instead of added.</summary>
    public bool IsMean;

    /// <summary>Whether the losses are the host's own.</summary>
    public bool HasHostLosses;

    /// <summary>Losses that the host knows.</summary>
    public float FirstLoss, SecondLoss;

    /// <summary>Updates in the average of the weights before the step.</summary>
    public long AveragedBefore;

    /// <summary>Whether a gradient of its own was measured at first, apart from the direction.</summary>
    public bool MeasuresGradient;

    /// <summary>Where a micro-batch's record has what was measured for the first ascent.</summary>
    public int FirstMeasured;

    /// <summary>Radius of the perturbation.</summary>
    public float Rho;

    /// <summary>lambda of the decay in the loss.</summary>
    public float LossDecay;

    /// <summary>Tensors with sums in the record.</summary>
    public int Tensors;

    /// <summary>Which of a tensor's three sums is that of the applied gradient's squares.</summary>
    public int AppliedSum;
}
