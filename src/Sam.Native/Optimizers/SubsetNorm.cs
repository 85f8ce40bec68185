namespace Sam.Native;

/// <summary>Over which gradient the norm is taken where a part of the tensors is moved (ESAM).</summary>
public enum SubsetNorm
{
    /// <summary>The gradient of the tensors that are moved, which makes |eps| = rho / beta. Only their weight gradients are computed in the
    /// first pass, as in the authors' code: that is what saves time.</summary>
    Chosen,

    /// <summary>The gradient of all tensors, as the paper's formula has it: eps = (rho / beta) m g / ||g|| with the mask m. All gradients are
    /// computed.</summary>
    All,
}
