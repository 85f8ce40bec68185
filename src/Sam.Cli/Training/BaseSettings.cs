namespace Sam.Cli.Training;

/// <summary>The base optimizer of a run.</summary>
internal sealed record BaseSettings
{
    /// <summary>Which optimizer.</summary>
    public required BaseKind Kind { get; init; }

    /// <summary>Highest learning rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Momentum of SGD, RMSprop and LARS.</summary>
    public float Momentum { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Decay of the second moment.</summary>
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>Weight decay.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Whether SGD looks ahead.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Share of the gradient that does not enter SGD's momentum.</summary>
    public float Dampening { get; init; }

    /// <summary>Whether Adam and AdamW keep the largest second moment.</summary>
    public bool Amsgrad { get; init; }

    /// <summary>Added to what is divided by, where an optimizer divides.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Share of the mean square that RMSprop and Adadelta keep.</summary>
    public float SquareDecay { get; init; } = 0.99f;

    /// <summary>Whether RMSprop divides by the deviation from the mean gradient.</summary>
    public bool Centered { get; init; }

    /// <summary>How far LARS moves a tensor, as a share of its norm.</summary>
    public float Trust { get; init; } = 0.001f;

    /// <summary>Whether weight decay is taken off with the learning rate, where it is not always or never so.</summary>
    public bool Decoupled { get; init; }

    /// <summary>Whether an optimizer has a momentum to set.</summary>
    public static bool HasMomentum(BaseKind kind) => kind is BaseKind.Sgd or BaseKind.Rmsprop or BaseKind.Lars;

    /// <summary>Whether an optimizer has two moments.</summary>
    public static bool HasBetas(BaseKind kind) => !HasMomentum(kind) && kind is not (BaseKind.Adagrad or BaseKind.Adadelta or BaseKind.Adafactor);

    /// <summary>What holds where nothing else is said: torch's values, but for rates that torch leaves open.</summary>
    /// <param name="kind">Which optimizer.</param>
    /// <returns>The settings.</returns>
    public static BaseSettings Default(BaseKind kind)
    {
        (float rate, float momentum, float decay) = kind switch
        {
            BaseKind.Sgd => (0.05f, 0.9f, 5e-4f),
            BaseKind.Lars => (5f, 0.9f, 5e-4f),
            BaseKind.AdamW or BaseKind.Lamb => (1e-3f, 0f, 0.01f),
            BaseKind.NAdam or BaseKind.Adamax => (2e-3f, 0f, 0f),
            BaseKind.Adagrad or BaseKind.Adafactor => (0.01f, 0f, 0f),
            BaseKind.Adadelta => (1f, 0f, 0f),
            BaseKind.Lion => (1e-4f, 0f, 0f),
            _ => (1e-3f, 0f, 0f),
        };
        return new BaseSettings
        {
            Kind = kind,
            LearningRate = rate,
            Momentum = momentum,
            Beta2 = kind == BaseKind.Lion ? 0.99f : 0.999f,
            WeightDecay = decay,
            Epsilon = kind switch
            {
                BaseKind.Adagrad => 1e-10f,
                BaseKind.Adadelta or BaseKind.Lamb => 1e-6f,
                BaseKind.Lars => 0f,
                BaseKind.Adafactor => 1e-3f,
                _ => 1e-8f,
            },
            SquareDecay = kind == BaseKind.Adadelta ? 0.9f : 0.99f,
        };
    }
}
