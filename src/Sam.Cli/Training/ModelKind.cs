namespace Sam.Cli.Training;

/// <summary>The ready models that the commands train.</summary>
internal enum ModelKind
{
    /// <summary>784-512-256-10 with ReLU: 535,818 parameters.</summary>
    Mlp,

    /// <summary>Two convolutions and two linear layers: 857,738 parameters.</summary>
    LeNet,

    /// <summary>ResNet-18 for images of 3x32x32: 11,173,962 parameters.</summary>
    ResNet18,
}
