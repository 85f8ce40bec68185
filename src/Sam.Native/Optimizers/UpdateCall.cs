namespace Sam.Native;

/// <summary>One update of the weights, as the SAM step hands it to the base optimizer.</summary>
internal readonly ref struct UpdateCall
{
    /// <summary>The device's kernels.</summary>
    public required DeviceKernels Kernels { get; init; }

    /// <summary>The pieces, by tensor where the optimizer asked for that.</summary>
    public required ArenaPieces Pieces { get; init; }

    /// <summary>Gradients, weights and slots.</summary>
    public required UpdateArguments Arguments { get; init; }

    /// <summary>The parameter groups of the pieces.</summary>
    public required ReadOnlySpan<UpdateGroup> Groups { get; init; }

    /// <summary>The group of each tensor, -1 for frozen ones; empty where the optimizer does not work by tensor.</summary>
    public required ReadOnlySpan<int> TensorGroups { get; init; }

    /// <summary>Three doubles for each tensor, for the optimizer's own sums.</summary>
    public required DevicePointer<double> Sums { get; init; }

    /// <summary>Coefficients for each tensor, for the optimizer's own use.</summary>
    public required DevicePointer<float> Coefficients { get; init; }

    /// <summary>Where the weights before the perturbation are, for optimizers of several passes: saved if all pieces were moved, so that no
    /// pass is needed to bring them back, else in their own place, where this puts them.</summary>
    public DevicePointer<float> BringStart()
    {
        if (Pieces.AreAllPerturbed || Arguments.Saved == Arguments.Weights) return Arguments.Saved;
        Kernels.Restore(Pieces, Arguments.Saved, Arguments.Weights);
        return Arguments.Weights;
    }

    /// <summary>The factored moments of an optimizer that keeps such.</summary>
    public FactoredTensors Factored { get; init; }
}
