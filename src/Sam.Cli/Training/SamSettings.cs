using Sam.Native;

namespace Sam.Cli.Training;

/// <summary>Where the second gradient is taken and what is done with it.</summary>
internal sealed record SamSettings
{
    /// <summary>Which member of the family.</summary>
    public required SamKind Kind { get; init; }

    /// <summary>Radius of the ball, at least 0.</summary>
    public required float Rho { get; init; }

    /// <summary>Radius at a learning rate of 0, or at the end of the run; null keeps <see cref="Rho"/>.</summary>
    public float? RhoEnd { get; init; }

    /// <summary>How the radius goes there.</summary>
    public RhoScheduleKind RhoSchedule { get; init; }

    /// <summary>Whether the radius moves by the steps of the run, rather than with the learning rate or not at all.</summary>
    public bool RhoGoesByRun => RhoEnd is not null && RhoSchedule != RhoScheduleKind.Proportional;

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

    /// <summary>Steps over which rho rises from 0; 1 for none.</summary>
    public int RhoWarmup { get; init; } = 1;

    /// <summary>How the ball is scaled.</summary>
    public PerturbationScaling Scaling { get; init; }

    /// <summary>Whether the element-wise scaling has biases and shifts too.</summary>
    public bool ScalesAll { get; init; }

    /// <summary>eta of the scalings by the weights' sizes.</summary>
    public float Eta { get; init; } = 0.01f;

    /// <summary>GSAM: whether the loss itself is minimized.</summary>
    public bool CleanLoss { get; init; }

    /// <summary>WSAM: whether the base optimizer takes the sharpness.</summary>
    public bool Coupled { get; init; }

    /// <summary>LookSAM: whether each tensor is projected by itself.</summary>
    public bool ByTensor { get; init; }

    /// <summary>Form of Friendly-SAM's average.</summary>
    public FriendlyAverage Average { get; init; }

    /// <summary>sigma of Friendly-SAM.</summary>
    public float Sigma { get; init; } = 1;

    /// <summary>lambda of Friendly-SAM.</summary>
    public float Lambda { get; init; } = 0.9f;

    /// <summary>beta of ESAM.</summary>
    public float WeightFraction { get; init; } = 0.5f;

    /// <summary>Over which gradient ESAM's norm is.</summary>
    public SubsetNorm SubsetNorm { get; init; }

    /// <summary>gamma of ESAM.</summary>
    public float DataFraction { get; init; } = 0.5f;

    /// <summary>Radius of the Euclidean ball that sharpness is measured in at the end.</summary>
    /// <remarks>Variants whose rho is no Euclidean length of eps are measured where SAM is by default, so that they can be
    /// compared.</remarks>
    public float MeasuredRho => P == 2 && Scaling == PerturbationScaling.None && Kind is not (SamKind.Asam or SamKind.Usam or SamKind.SamOn or SamKind.Msam)
        ? Rho
        : DefaultRho(SamKind.Sam);

    /// <summary>The radius where none is given.</summary>
    /// <param name="kind">Which member of the family.</param>
    /// <param name="scaling">How the ball is scaled.</param>
    /// <returns>rho.</returns>
    public static float DefaultRho(SamKind kind, PerturbationScaling scaling = PerturbationScaling.Elementwise) => kind switch
    {
        SamKind.Asam when scaling is not (PerturbationScaling.Elementwise or PerturbationScaling.Proportional) => 0.05f,
        SamKind.Asam or SamKind.SamOn => 0.5f,
        SamKind.Msam => 3,
        _ => 0.05f,
    };
}
