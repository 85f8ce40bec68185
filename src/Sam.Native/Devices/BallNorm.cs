namespace Sam.Native;

/// <summary>Which ball the perturbation lies in, hence which dual map turns a gradient into a direction.</summary>
internal enum BallNorm
{
    /// <summary>No ball: eps = rho T^2 g.</summary>
    None,

    /// <summary>p = 1: the coordinates tied for the largest |T g| share rho.</summary>
    One,

    /// <summary>p = 2.</summary>
    Two,

    /// <summary>p = infinity: rho T sign(g).</summary>
    Infinity,

    /// <summary>Any other p above 1.</summary>
    General,
}
