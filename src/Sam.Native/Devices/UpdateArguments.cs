namespace Sam.Native;

/// <summary>What <see cref="DeviceKernels.Update"/> works on: the gradient an update sees is d = a h + b g + c s.</summary>
internal readonly record struct UpdateArguments
{
    /// <summary>h, usually the second gradient.</summary>
    public required DevicePointer<float> Gradient { get; init; }

    /// <summary>g, a second array that is mixed in; null for none.</summary>
    public DevicePointer<float> Other { get; init; }

    /// <summary>For each tensor of the table <see cref="CoefficientCount"/> floats: a, b, c, e, f. Null stands for 1, 0, 0, 0, 0,
    /// exactly.</summary>
    public DevicePointer<float> Coefficients { get; init; }

    /// <summary>s where the piece was perturbed: the weights before.</summary>
    public required DevicePointer<float> Saved { get; init; }

    /// <summary>s where the piece was not perturbed; overwritten with the new weights, to which (learning rate) (e h + f g) is
    /// added.</summary>
    public required DevicePointer<float> Weights { get; init; }

    /// <summary>Takes the result instead of <see cref="Weights"/>; null for none.</summary>
    public DevicePointer<float> Output { get; init; }

    /// <summary>The optimizer's first arena, or null.</summary>
    public DevicePointer<float> Slot0 { get; init; }

    /// <summary>The optimizer's second arena, or null.</summary>
    public DevicePointer<float> Slot1 { get; init; }

    /// <summary>The optimizer's third arena, or null.</summary>
    public DevicePointer<float> Slot2 { get; init; }

    /// <summary>Where its gate is set, s is copied to the weights and nothing else is done; null for none.</summary>
    public DevicePointer<StepState> State { get; init; }

    /// <summary>Coefficients of each tensor.</summary>
    public const int CoefficientCount = 5;
}
