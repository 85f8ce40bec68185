namespace Sam.Cli.Training;

/// <summary>The members of the SAM family.</summary>
internal enum SamKind
{
    /// <summary>SAM (arXiv:2010.01412).</summary>
    Sam,

    /// <summary>Adaptive SAM, element by element (arXiv:2102.11600).</summary>
    Asam,

    /// <summary>SAM with the surrogate gap (arXiv:2203.08065).</summary>
    Gsam,

    /// <summary>Sharpness weighed beside the loss (arXiv:2305.15817).</summary>
    Wsam,

    /// <summary>SAM at every k-th step, its direction kept in between (arXiv:2203.02714).</summary>
    LookSam,

    /// <summary>Friendly-SAM (arXiv:2403.12350).</summary>
    Fsam,

    /// <summary>Along the momentum: one gradient a step (arXiv:2401.12033).</summary>
    Msam,

    /// <summary>Efficient SAM: part of the weights, part of the batch (arXiv:2110.03141).</summary>
    Esam,

    /// <summary>SAM without the norm (arXiv:2206.06232).</summary>
    Usam,

    /// <summary>SAM on normalization parameters only (arXiv:2306.04226).</summary>
    SamOn,

    /// <summary>A random direction, the baseline.</summary>
    Random,

    /// <summary>The base optimizer alone.</summary>
    None,
}
