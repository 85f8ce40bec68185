namespace Sam.Native;

/// <summary>Where the second gradient of a step is taken: how the weights are moved before it. Immutable; one can serve several optimizers.</summary>
public abstract record Perturbation
{
    private protected Perturbation()
    {
    }

    /// <summary>No perturbation: a step takes one gradient and is the base optimizer's alone.</summary>
    public static Perturbation None { get; } = new NoPerturbation();

    /// <summary>Sharpness-Aware Minimization with the Euclidean ball: eps = rho g / ||g||, the norm taken over all parameters together.</summary>
    /// <param name="rho">Radius of the ball, at least 0. The paper searches 0.01 to 0.5 and uses 0.05 by default.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rho"/> is negative or not finite.</exception>
    /// <remarks>A zero gradient moves nothing. Scaling the loss changes nothing. Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv:2010.01412, eq. 2.</remarks>
    public static Perturbation Sam(float rho = 0.05f)
    {
        if (!(rho >= 0) || !float.IsFinite(rho))
        {
            throw new ArgumentOutOfRangeException(nameof(rho), rho, "rho is the radius of the ball, at least 0 and finite; the paper searches 0.01 to 0.5.");
        }

        return new SamPerturbation(rho);
    }
}

/// <summary>See <see cref="Perturbation.None"/>.</summary>
internal sealed record NoPerturbation : Perturbation;

/// <summary>See <see cref="Perturbation.Sam"/>.</summary>
/// <param name="Rho">Radius of the ball.</param>
internal sealed record SamPerturbation(float Rho) : Perturbation;
