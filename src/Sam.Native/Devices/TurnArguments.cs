namespace Sam.Native;

/// <summary>What a pass works on that puts another direction in the gradient's place.</summary>
internal readonly record struct TurnArguments
{
    /// <summary>Which ball.</summary>
    public required BallNorm Norm { get; init; }

    /// <summary>p; counts for <see cref="BallNorm.General"/> only.</summary>
    public float P { get; init; }

    /// <summary>g, becomes the direction.</summary>
    public required DevicePointer<float> Gradient { get; init; }

    /// <summary>w, read in adaptive groups.</summary>
    public required DevicePointer<float> Weights { get; init; }

    /// <summary>Takes a copy of g; null for none.</summary>
    public DevicePointer<float> Kept { get; init; }

    /// <summary>Takes sum g^2 and two zeros.</summary>
    public required DevicePointer<double> Squares { get; init; }

    /// <summary>Takes what <see cref="DeviceKernels.Measure"/> finds in the direction.</summary>
    public required DevicePointer<double> Measured { get; init; }

    /// <summary>Its gate is set where a sum is not finite.</summary>
    public required DevicePointer<StepState> State { get; init; }
}
