namespace Sam.Native;

/// <summary>Where the second gradient of a step is taken: how the weights are moved before it. Immutable; one can serve several
/// optimizers.</summary>
/// <remarks>
/// The factories give the methods of the papers; their settings are independent of each other and can be changed with a <c>with</c>
/// expression, such as
/// <c>Perturbation.Asam() with { P = float.PositiveInfinity }</c>. In all of them T scales the weights' coordinates (1, or |w| + eta), the
/// ball is
/// |T^-1 eps|_p &lt;= rho, and with 1/p + 1/q = 1 its worst point to first order is
/// eps = rho T sign(g) |T g|^(q-1) / (sum |T g|^q)^(1/p). The exponent of the sum is 1/p, as in the paper: since (q - 1) p = q, only then
/// sum |T^-1 eps|^p = rho^p sum |T g|^q / sum |T g|^q = rho^p. (Notes that print the exponent as p, and appendix C.5 of the paper, which
/// prints
/// rho g / ||g||^2 for p = 2, do not give a norm of rho.) p = infinity: rho T sign(g), sign(0) = 0; p = 1: the coordinates tied for the
/// largest |T g|
/// share rho. Powers are taken of |T g| / max |T g|, so that nothing underflows. rho must be tuned again for each p: at p = infinity the
/// Euclidean length
/// of eps is rho times the square root of the number of parameters.
/// A zero direction moves nothing; one that is not finite skips the step.
/// Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv:2010.01412, eq. 2.
/// </remarks>
/// <example>
/// <code>
/// var sam = new SamOptimizer(model, new Sgd(0.1f, momentum: 0.9f), Perturbation.Asam(rho: 0.5f));
/// </code>
/// </example>
public sealed record Perturbation
{
    private readonly float _rho;
    private readonly float _p = 2;
    private readonly float _eta;
    private readonly float _sigma = 1;
    private readonly float _lambda = 0.9f;
    private readonly float _weightFraction = 1;
    private readonly float _dataFraction = 1;
    private readonly int _innerSteps = 1;

    private Perturbation(PerturbationDirection direction, float rho)
    {
        Direction = direction;
        Rho = rho;
    }

    /// <summary>No perturbation: a step takes one gradient and is the base optimizer's alone.</summary>
    public static Perturbation None { get; } = new(PerturbationDirection.None, 0);

    /// <summary>Along what the weights are moved.</summary>
    public PerturbationDirection Direction { get; }

    /// <summary>Radius of the ball, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float Rho
    {
        get => _rho;
        init => _rho = Check(value >= 0 && float.IsFinite(value), value, nameof(Rho),
            "rho is the radius of the ball, at least 0 and finite; the paper searches 0.01 to 0.5.");
    }

    /// <summary>p of the ball, from 1 to infinity; 2 by default, which the paper found best.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1 or not a number.</exception>
    public float P
    {
        get => _p;
        init => _p = Check(value >= 1, value, nameof(P),
            "p is the exponent of the ball's norm, 1 to infinity (float.PositiveInfinity); the paper uses 2.");
    }

    /// <summary>How coordinates are scaled: SAM's ball, or ASAM's.</summary>
    public PerturbationScaling Scaling { get; init; }

    /// <summary>eta of the scalings by |w| + eta, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public float Eta
    {
        get => _eta;
        init => _eta = Check(value >= 0 && float.IsFinite(value), value, nameof(Eta),
            "eta keeps the scaling |w| + eta off zero, at least 0 and finite; the paper uses 0.01.");
    }

    /// <summary>Whether a scaling by |w| + eta leaves biases and normalization shifts at T = 1, as ASAM's authors do.</summary>
    public bool ScalesWeightsOnly { get; init; }

    /// <summary>Whether eps has the length rho (true), or is rho T^2 g without a norm (USAM).</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>Whether only the scales and shifts of normalization layers are moved (SAM-ON).</summary>
    public bool NormalizationOnly { get; init; }

    /// <summary>sigma of Friendly-SAM: the share of the averaged gradient that is taken out, in [0, 1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside [0, 1].</exception>
    public float Sigma
    {
        get => _sigma;
        init => _sigma = Check(value is >= 0 and <= 1, value, nameof(Sigma),
            "sigma is the share of the averaged gradient that is taken out, in [0, 1]; the paper uses 1.");
    }

    /// <summary>lambda of Friendly-SAM: the share of the average that is kept in each step, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside [0, 1).</exception>
    public float Lambda
    {
        get => _lambda;
        init => _lambda = Check(value is >= 0 and < 1, value, nameof(Lambda),
            "lambda is the share of the average that is kept, in [0, 1); the paper uses 0.6 to 0.95.");
    }

    /// <summary>Which form of Friendly-SAM's average.</summary>
    public FriendlyAverage Average { get; init; }

    /// <summary>beta of ESAM: each tensor is moved with this probability, by eps / beta; in (0, 1], 1 moves all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1].</exception>
    public float WeightFraction
    {
        get => _weightFraction;
        init => _weightFraction = Check(value is > 0 and <= 1, value, nameof(WeightFraction),
            "beta is the share of tensors that are moved, in (0, 1]; the paper uses 0.5 and 0.6.");
    }

    /// <summary>Whether ESAM's norm is over the tensors that are moved (the default, and the fast one) or over all.</summary>
    public SubsetNorm SubsetNorm { get; init; }

    /// <summary>gamma of ESAM: the second gradient is of this share of the batch, the examples whose loss rose most; in (0, 1], 1 takes
    /// all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1].</exception>
    public float DataFraction
    {
        get => _dataFraction;
        init => _dataFraction = Check(value is > 0 and <= 1, value, nameof(DataFraction),
            "gamma is the share of the batch in the second pass, in (0, 1]; the paper uses 0.5.");
    }

    /// <summary>Ascent steps, at least 1, each of rho / InnerSteps from where the one before ended, so that |eps|_p is at most
    /// rho.</summary>
    /// <remarks>Each takes a gradient more. The paper's appendix C.3 (table 11) found 1 to be enough.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 100.</exception>
    public int InnerSteps
    {
        get => _innerSteps;
        init => _innerSteps = value is >= 1 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(InnerSteps), value,
                "The number of ascent steps is 1 to 100; the paper tries 1, 2, 3 and 5.");
    }

    /// <summary>The ball's norm as the kernels know it.</summary>
    internal BallNorm Norm => !IsNormalized ? BallNorm.None
        : P == 1 ? BallNorm.One
        : P == 2 ? BallNorm.Two
        : float.IsPositiveInfinity(P) ? BallNorm.Infinity
        : BallNorm.General;

    /// <summary>Sharpness-Aware Minimization: eps = rho g / ||g||, the norm taken over all parameters together.</summary>
    /// <param name="rho">Radius of the ball, at least 0. The paper searches 0.01 to 0.5 and uses 0.05 by default.</param>
    /// <param name="p">Exponent of the ball's norm, 1 to infinity.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Scaling the loss changes nothing. Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, arXiv:2010.01412, eq. 2.</remarks>
    public static Perturbation Sam(float rho = 0.05f, float p = 2) => new(PerturbationDirection.Gradient, rho) { P = p };

    /// <summary>Adaptive SAM: eps = rho T^2 g / ||T g|| with T = |w| + eta element by element, so that rescaling the weights changes
    /// nothing.</summary>
    /// <param name="rho">Radius in scaled coordinates; the authors use 0.5 to 2, about ten times SAM's.</param>
    /// <param name="eta">Added to |w|; the paper's 0.01 by default.</param>
    /// <param name="weightsOnly">Whether biases and normalization shifts keep T = 1, as in the authors' code. davda54/sam scales everything
    /// with eta = 0.</param>
    /// <param name="p">Exponent of the ball's norm, 1 to infinity.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>With eta = 0 a weight that is zero stays where it is. Kwon, Kim, Park, Choi, ICML 2021, arXiv:2102.11600.</remarks>
    public static Perturbation Asam(float rho = 0.5f, float eta = 0.01f, bool weightsOnly = true, float p = 2) =>
        new(PerturbationDirection.Gradient, rho)
        {
            Scaling = PerturbationScaling.Elementwise,
            Eta = eta,
            ScalesWeightsOnly = weightsOnly,
            P = p,
        };

    /// <summary>Perturbation in proportion to the weights: eps = rho (|w| + eta) g / ||g||, which is not ASAM's: the weights' sizes are not in the norm, and
    /// once in the product.</summary>
    /// <param name="rho">Radius in scaled coordinates; the authors find that it can be ten times SAM's.</param>
    /// <param name="eta">Added to |w|; 0 in the authors' code, which leaves weights of zero where they are.</param>
    /// <param name="p">Exponent of the ball's norm, 1 to infinity.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>The adaptive form of GSAM's paper and of its authors' JAX code (google-research/big_vision, gsam.py), for <see cref="Combination.Gsam"/>.
    /// Their PyTorch code (juntang-zhuang/GSAM) and what follows it take ASAM's instead: <see cref="Asam"/> with eta = 0 and weightsOnly = false.
    /// Zhuang et al., ICLR 2022, arXiv:2203.08065.</remarks>
    public static Perturbation Proportional(float rho = 0.5f, float eta = 0, float p = 2) =>
        new(PerturbationDirection.Gradient, rho) { Scaling = PerturbationScaling.Proportional, Eta = eta, P = p };

    /// <summary>Layer-wise adaptive SAM: T = ||w_l|| for each tensor l, eps_l = rho ||w_l||^2 g_l / sqrt(sum_k ||w_k||^2
    /// ||g_k||^2).</summary>
    /// <param name="rho">Radius in scaled coordinates; Mueller et al. use 0.05 to 0.5.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>p is 2. Mueller, Vlaar, Rolnick, Hein, NeurIPS 2023, arXiv:2306.04226, section 2.</remarks>
    public static Perturbation AsamLayerwise(float rho = 0.05f) =>
        new(PerturbationDirection.Gradient, rho) { Scaling = PerturbationScaling.Layerwise };

    /// <summary>Unnormalized SAM: eps = rho g.</summary>
    /// <param name="rho">Factor of the gradient, at least 0.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>The scale of the loss, mean or sum, and clipping the first gradient all matter here. Andriushchenko and Flammarion, ICML
    /// 2022,
    /// arXiv:2206.06232. Without a ball P counts for nothing.</remarks>
    public static Perturbation Usam(float rho = 0.05f) => new(PerturbationDirection.Gradient, rho) { IsNormalized = false };

    /// <summary>SAM-ON: moves the scales and shifts of normalization layers only, with the norm over those; everything is
    /// updated.</summary>
    /// <param name="rho">Radius; two to ten times SAM's.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Only what is moved is saved. Mueller, Vlaar, Rolnick, Hein, NeurIPS 2023, arXiv:2306.04226.</remarks>
    public static Perturbation SamOn(float rho = 0.5f) => new(PerturbationDirection.Gradient, rho) { NormalizationOnly = true };

    /// <summary>Friendly-SAM: the direction is what the batch's gradient has beyond the average gradient, d = g - sigma m.</summary>
    /// <param name="rho">Radius of the ball.</param>
    /// <param name="sigma">Share of the average that is taken out, in [0, 1].</param>
    /// <param name="lambda">Share of the average that is kept in each step, in [0, 1).</param>
    /// <param name="average">Which form of the average; the paper's by default.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>One more arena. With m-sharpness every micro-batch turns its gradient by the average of the steps before, and the new average is
    /// the mean of the micro-batches', which is the one of their mean gradient. Li, Zhou, He, Cheng, Huang, CVPR 2024, arXiv:2403.12350, algorithm 1.</remarks>
    public static Perturbation Friendly(
        float rho = 0.05f, float sigma = 1, float lambda = 0.9f, FriendlyAverage average = FriendlyAverage.Paper) =>
        new(PerturbationDirection.Friendly, rho) { Sigma = sigma, Lambda = lambda, Average = average };

    /// <summary>Momentum-SAM: eps = -rho v / ||v|| with the base optimizer's momentum v, so that a step takes one gradient only.</summary>
    /// <param name="rho">Radius; about ten times SAM's (the paper uses about 3).</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>The momentum is the one before its update; against it lies ascent. The weights are moved at the beginning of a step and are
    /// back in place at
    /// its end, so that evaluation, checkpoints and averages always see the unperturbed point. The first step has no momentum and is the
    /// base
    /// optimizer's. Needs a base optimizer with momentum. Becker, Altrock, Risse, arXiv:2401.12033.</remarks>
    public static Perturbation Msam(float rho = 3) => new(PerturbationDirection.Momentum, rho);

    /// <summary>Efficient SAM: moves a random share of the tensors, and takes the second gradient of the examples whose loss rose
    /// most.</summary>
    /// <param name="rho">Radius; 0.05 to 0.2.</param>
    /// <param name="weightFraction">beta: probability that a tensor is moved, by eps / beta; in (0, 1].</param>
    /// <param name="dataFraction">gamma: share of the batch in the second pass, in (0, 1].</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>The choice of tensors is made for each, as in the authors' code, from the model's seed and the step's number. With gamma
    /// below 1 the step is
    /// called with a batch and a loss (not a closure), and one forward pass of the whole batch more tells which losses rose; dropout then
    /// gives the chosen
    /// examples other masks, since a mask belongs to a place in the batch. Which norm scales the perturbation says
    /// <see cref="SubsetNorm"/>: the authors' code and the paper's formula differ, and only the code's lets the first pass leave gradients
    /// out, which is what ESAM is for; so that is the default here.
    /// Du et al., ICLR 2022, arXiv:2110.03141.</remarks>
    public static Perturbation Esam(float rho = 0.05f, float weightFraction = 0.5f, float dataFraction = 0.5f) =>
        new(PerturbationDirection.Gradient, rho) { WeightFraction = weightFraction, DataFraction = dataFraction };

    /// <summary>A random direction of length rho, the baseline that SAM is to beat.</summary>
    /// <param name="rho">Radius of the ball.</param>
    /// <returns>The perturbation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Normal noise, a function of the model's seed and the step's number, scaled to the ball. Takes two gradients as SAM does, so
    /// that sharpness
    /// can be compared. arXiv:2010.01412, appendix C.5.</remarks>
    public static Perturbation Random(float rho = 0.05f) => new(PerturbationDirection.Random, rho);

    /// <summary>Adds every setting, for checkpoints.</summary>
    internal void Describe(SettingList settings) => settings
        .Add(nameof(Direction), Direction)
        .Add(nameof(Rho), Rho)
        .Add(nameof(P), P)
        .Add(nameof(Scaling), Scaling)
        .Add(nameof(Eta), Eta)
        .Add(nameof(ScalesWeightsOnly), ScalesWeightsOnly)
        .Add(nameof(IsNormalized), IsNormalized)
        .Add(nameof(NormalizationOnly), NormalizationOnly)
        .Add(nameof(Sigma), Sigma)
        .Add(nameof(Lambda), Lambda)
        .Add(nameof(Average), Average)
        .Add(nameof(WeightFraction), WeightFraction)
        .Add(nameof(SubsetNorm), SubsetNorm)
        .Add(nameof(DataFraction), DataFraction)
        .Add(nameof(InnerSteps), InnerSteps);

    private static float Check(bool valid, float value, string name, string range) =>
        valid ? value : throw new ArgumentOutOfRangeException(name, value, range);
}
