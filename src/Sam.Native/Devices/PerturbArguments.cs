namespace Sam.Native;

/// <summary>What <see cref="DeviceKernels.Perturb"/> works on.</summary>
internal readonly record struct PerturbArguments
{
    /// <summary>Which ball.</summary>
    public required BallNorm Norm { get; init; }

    /// <summary>p; counts for <see cref="BallNorm.General"/> only.</summary>
    public float P { get; init; }

    /// <summary>g, the direction.</summary>
    public required DevicePointer<float> Direction { get; init; }

    /// <summary>Where the weights to start from are read: the weights themselves, or the saved ones.</summary>
    public required DevicePointer<float> Source { get; init; }

    /// <summary>w, overwritten.</summary>
    public required DevicePointer<float> Weights { get; init; }

    /// <summary>Takes the weights that were read; null where they are saved already.</summary>
    public DevicePointer<float> Saved { get; init; }

    /// <summary>Takes a copy of the direction, over all pieces; null for none.</summary>
    public DevicePointer<float> Kept { get; init; }

    /// <summary>Doubles from <see cref="DeviceKernels.Measure"/>.</summary>
    public required DevicePointer<double> Measured { get; init; }

    /// <summary>A factor of eps for each tensor of the table; null for 1.</summary>
    public DevicePointer<float> Factors { get; init; }
}
