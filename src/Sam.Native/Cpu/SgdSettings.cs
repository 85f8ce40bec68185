namespace Sam.Native.Cpu;

/// <summary>The numbers of one SGD update; names and meaning as in torch.optim.SGD.</summary>
internal struct SgdSettings
{
    /// <summary>Step size.</summary>
    public float LearningRate;

    /// <summary>Share of the buffer that stays; 0 uses no buffer.</summary>
    public float Momentum;

    /// <summary>Share of the gradient that does not enter the buffer.</summary>
    public float Dampening;

    /// <summary>Factor of the weights in the gradient; 0 leaves the term out.</summary>
    public float WeightDecay;

    /// <summary>Looks ahead along the buffer.</summary>
    public bool Nesterov;

    /// <summary>The first update: the buffer becomes the gradient.</summary>
    public bool FirstStep;
}
