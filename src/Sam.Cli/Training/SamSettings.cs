namespace Sam.Cli.Training;

/// <summary>Where the second gradient is taken and what is done with it.</summary>
internal sealed record SamSettings
{
    /// <summary>Which member of the family.</summary>
    public required SamKind Kind { get; init; }

    /// <summary>Radius of the ball, at least 0.</summary>
    public required float Rho { get; init; }

    /// <summary>Radius at a learning rate of 0, in proportion between; null keeps <see cref="Rho"/>.</summary>
    public float? RhoEnd { get; init; }

    /// <summary>p of the ball, from 1 to infinity.</summary>
    public float P { get; init; } = 2;

    /// <summary>Examples of a micro-batch that is perturbed by its own gradient; null perturbs once for the batch.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Every how many steps the weights are perturbed; for LookSAM, the SAM steps.</summary>
    public int Interval { get; init; } = 1;

    /// <summary>Ascent steps.</summary>
    public int InnerSteps { get; init; } = 1;

    /// <summary>alpha of GSAM and LookSAM.</summary>
    public float Alpha { get; init; }

    /// <summary>gamma of WSAM.</summary>
    public float Gamma { get; init; } = 0.9f;

    /// <summary>eta of ASAM.</summary>
    public float Eta { get; init; } = 0.01f;

    /// <summary>sigma of Friendly-SAM.</summary>
    public float Sigma { get; init; } = 1;

    /// <summary>lambda of Friendly-SAM.</summary>
    public float Lambda { get; init; } = 0.9f;

    /// <summary>beta of ESAM.</summary>
    public float WeightFraction { get; init; } = 0.5f;

    /// <summary>gamma of ESAM.</summary>
    public float DataFraction { get; init; } = 0.5f;

    /// <summary>Radius of the Euclidean ball that sharpness is measured in at the end.</summary>
    /// <remarks>Variants whose rho is no Euclidean length of eps are measured where SAM is by default, so that they can be
    /// compared.</remarks>
    public float MeasuredRho => P == 2 && Kind is not (SamKind.Asam or SamKind.Usam or SamKind.SamOn or SamKind.Msam)
        ? Rho
        : DefaultRho(SamKind.Sam);

    /// <summary>The radius where none is given.</summary>
    /// <param name="kind">Which member of the family.</param>
    /// <returns>rho.</returns>
    public static float DefaultRho(SamKind kind) => kind switch
    {
        SamKind.Asam or SamKind.SamOn => 0.5f,
        SamKind.Msam => 3,
        _ => 0.05f,
    };
}
