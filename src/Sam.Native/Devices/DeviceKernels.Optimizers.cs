namespace Sam.Native;

public abstract partial class DeviceKernels
{
    /// <summary>Sum of squares in double: sum_i g[i]^2, in an order that depends on the count alone. Not finite exactly where an element is not:
    /// squares of floats neither overflow nor vanish in double.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="input">g.</param>
    /// <param name="result">One double.</param>
    public abstract void SumOfSquares(long count, DevicePointer<float> input, DevicePointer<double> result);

    /// <summary>Moves the weights to the worst point of a ball around them, for p = 2: saved[i] = w[i]; w[i] += rho g[i] / sqrt(sumOfSquares).
    /// (Foret et al., ICLR 2021, arXiv:2010.01412, eq. 2.) A sum of zero or one that is not finite leaves w as it is.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="rho">Radius, at least 0.</param>
    /// <param name="sumOfSquares">One double, from <see cref="SumOfSquares"/> over all gradients.</param>
    /// <param name="gradient">g.</param>
    /// <param name="weights">w, moved in place.</param>
    /// <param name="saved">Takes the weights as they were.</param>
    public abstract void Perturb(
        long count, float rho, DevicePointer<double> sumOfSquares, DevicePointer<float> gradient, DevicePointer<float> weights, DevicePointer<float> saved);

    /// <summary>Restores the weights and updates them with stochastic gradient descent in one pass, as torch.optim.SGD defines it:
    /// d = g + weightDecay s; buf = d at first, later momentum buf + (1 - dampening) d; w = s - learningRate (d + momentum buf with Nesterov, else buf).</summary>
    /// <param name="count">Elements.</param>
    /// <param name="step">The update's numbers.</param>
    /// <param name="gradient">g.</param>
    /// <param name="saved">s, the weights before the perturbation; the same pointer as <paramref name="weights"/> where there was none.</param>
    /// <param name="weights">w, overwritten.</param>
    /// <param name="momentum">buf; null without momentum.</param>
    public abstract void SgdUpdate(
        long count, in SgdStep step, DevicePointer<float> gradient, DevicePointer<float> saved, DevicePointer<float> weights, DevicePointer<float> momentum);
}

/// <summary>The numbers of one stochastic gradient descent update.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Momentum">Share of the buffer that is kept.</param>
/// <param name="Dampening">Share of the gradient that does not enter the buffer.</param>
/// <param name="WeightDecay">Factor of the weights that is added to the gradient.</param>
/// <param name="Nesterov">Whether the update looks ahead.</param>
/// <param name="First">Whether the buffer is still empty.</param>
public readonly record struct SgdStep(float LearningRate, float Momentum, float Dampening, float WeightDecay, bool Nesterov, bool First);
