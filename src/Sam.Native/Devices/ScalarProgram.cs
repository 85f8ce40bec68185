namespace Sam.Native;

/// <summary>How sums become coefficients; see <see cref="ScalarProgram"/>.</summary>
internal enum ScalarKind
{
    /// <summary>a = min(1, limit / (sqrt(aa) + 1e-6)) where limit is above 0 and aa finite, else 1; the rest is 0.</summary>
    Plain,

    /// <summary>GSAM around h: a = clip (1 + alpha ab / bb), b = -alpha.</summary>
    GapPerturbed,

    /// <summary>GSAM around g: a = clip alpha, b = 1 - alpha ab / aa.</summary>
    GapClean,

    /// <summary>WSAM coupled: a = clip alpha, b = 1 - alpha.</summary>
    WeightedCoupled,

    /// <summary>WSAM decoupled: a = 0, b = 1, e = -clip alpha, f = alpha.</summary>
    WeightedDecoupled,

    /// <summary>The tail of WSAM decoupled as a combination: a = clip alpha, b = -alpha.</summary>
    WeightedTail,

    /// <summary>What LookSAM keeps: a = 1, b = -ab / aa.</summary>
    OrthogonalPart,

    /// <summary>LookSAM's reuse, g in the place of h and the kept part in that of g: a = 1, b = alpha sqrt(aa) / (sqrt(bb) +
    /// beta).</summary>
    ReusedPart,

    /// <summary>LARS, d in the place of h and w in that of g: r = alpha sqrt(bb) / (sqrt(aa) + beta sqrt(bb) + gamma), 1 where a norm is
    /// zero;
    /// a = r, c = r beta.</summary>
    LayerRatio,

    /// <summary>LAMB, the direction in the place of h and w in that of g: a = sqrt(bb) / sqrt(aa), 1 where a norm is zero; sqrt(bb) at most
    /// alpha
    /// where that is above 0.</summary>
    TrustRatio,
}

/// <summary>A few operations on sums that stay on the device: for each tensor the triple (aa, ab, bb) of
/// <see cref="DeviceKernels.Products"/> becomes
/// coefficients (a, b, c, e, f) of <see cref="DeviceKernels.Update"/>.</summary>
/// <param name="Kind">Which operations.</param>
/// <param name="Alpha">First number of the kind.</param>
/// <param name="Beta">Second number of the kind.</param>
/// <param name="Gamma">Third number of the kind.</param>
/// <param name="Limit">Largest norm of the second array, 0 for no limit; see <see cref="ScalarKind.Plain"/>.</param>
internal readonly record struct ScalarProgram(
    ScalarKind Kind, float Alpha = 0, float Beta = 0, float Gamma = 0, float Limit = 0);
