namespace Sam.Native.Tests.Optimizers;

/// <summary>The rows and columns of the table that tests go through, by name.</summary>
internal static class Variants
{
    public static readonly Dictionary<string, Func<Perturbation>> Perturbations = new()
    {
        ["none"] = () => Perturbation.None,
        ["sam"] = () => Perturbation.Sam(0.1f),
        ["sam p=1"] = () => Perturbation.Sam(0.3f, p: 1),
        ["sam p=1.1"] = () => Perturbation.Sam(0.1f, p: 1.1f),
        ["sam p=1.5"] = () => Perturbation.Sam(0.1f, p: 1.5f),
        ["sam p=3"] = () => Perturbation.Sam(0.1f, p: 3),
        ["sam p=20"] = () => Perturbation.Sam(0.05f, p: 20),
        ["sam p=inf"] = () => Perturbation.Sam(0.02f, p: float.PositiveInfinity),
        ["asam"] = () => Perturbation.Asam(0.5f),
        ["asam all"] = () => Perturbation.Asam(0.5f, eta: 0, weightsOnly: false),
        ["asam p=inf"] = () => Perturbation.Asam(0.05f, p: float.PositiveInfinity),
        ["asam p=3"] = () => Perturbation.Asam(0.2f, p: 3),
        ["asam p=1"] = () => Perturbation.Asam(0.5f, p: 1),
        ["proportional"] = () => Perturbation.Proportional(0.5f),
        ["proportional p=3"] = () => Perturbation.Proportional(0.2f, eta: 0.01f, p: 3) with { ScalesWeightsOnly = true },
        ["asam layer-wise"] = () => Perturbation.AsamLayerwise(0.5f),
        ["usam"] = () => Perturbation.Usam(0.05f),
        ["sam-on"] = () => Perturbation.SamOn(0.5f),
        ["friendly"] = () => Perturbation.Friendly(0.1f),
        ["friendly code"] = () => Perturbation.Friendly(0.1f, sigma: 0.8f, lambda: 0.6f, FriendlyAverage.Code),
        ["friendly direction"] = () => Perturbation.Friendly(0.1f, sigma: 0.8f, lambda: 0.6f, FriendlyAverage.Direction),
        ["three ascent steps"] = () => Perturbation.Sam(0.2f) with { InnerSteps = 3 },
        ["asam, two ascent steps"] = () => Perturbation.Asam(0.5f) with { InnerSteps = 2 },
    };

    public static readonly Dictionary<string, Func<BaseOptimizer>> Bases = new()
    {
        ["sgd"] = () => new Sgd(0.1f),
        ["sgd momentum"] = () => new Sgd(0.05f, momentum: 0.9f),
        ["sgd dampening"] = () => new Sgd(0.05f, momentum: 0.9f, dampening: 0.3f, weightDecay: 0.01f),
        ["sgd nesterov decay"] = () => new Sgd(0.05f, momentum: 0.9f, weightDecay: 0.05f, nesterov: true),
        ["sgd decoupled decay"] = () => new Sgd(0.05f, momentum: 0.9f, weightDecay: 0.05f, decoupled: true),
        ["adam"] = () => new Adam(0.01f),
        ["adam amsgrad decay"] = () => new Adam(0.01f, amsgrad: true, weightDecay: 0.1f),
        ["adamw"] = () => new AdamW(0.01f, weightDecay: 0.1f),
        ["adamw amsgrad"] = () => new AdamW(0.01f, amsgrad: true),
        ["nadam"] = () => new NAdam(0.01f),
        ["nadam decoupled decay"] = () => new NAdam(0.01f, weightDecay: 0.1f, decoupled: true),
        ["radam"] = () => new RAdam(0.01f, beta2: 0.9f),
        ["radam decay"] = () => new RAdam(0.01f, weightDecay: 0.1f),
        ["adamax"] = () => new Adamax(0.01f, weightDecay: 0.1f),
        ["rmsprop"] = () => new Rmsprop(0.01f),
        ["rmsprop centered momentum decay"] = () => new Rmsprop(0.01f, momentum: 0.9f, centered: true, weightDecay: 0.1f),
        ["rmsprop momentum"] = () => new Rmsprop(0.01f, momentum: 0.9f),
        ["rmsprop centered"] = () => new Rmsprop(0.01f, centered: true),
        ["adagrad"] = () => new Adagrad(0.05f),
        ["adagrad decay"] = () => new Adagrad(0.05f, learningRateDecay: 0.1f, initialAccumulator: 0.5f, weightDecay: 0.1f),
        ["adadelta"] = () => new Adadelta(1f, weightDecay: 0.1f),
        ["lion"] = () => new Lion(0.01f, weightDecay: 0.1f),
        ["lamb"] = () => new Lamb(0.02f, weightDecay: 0.1f),
        ["lamb clean"] = () => new Lamb(0.02f, weightDecay: 0, maximumNorm: 5),
        ["lars"] = () => new Lars(1f, trust: 0.05f, weightDecay: 0.01f),
        ["adafactor"] = () => new Adafactor(0.05f),
        ["adafactor decay"] = () => new Adafactor(0.02f, beta2Decay: -0.5f, epsilon: 1.5f, threshold: 0.6f, weightDecay: 0.1f),
        ["lars clean"] = () => new Lars(1f, momentum: 0, trust: 0.05f),
    };

    public static readonly Dictionary<string, Func<Combination>> Combinations = new()
    {
        ["plain"] = () => Combination.Plain,
        ["gsam"] = () => Combination.Gsam(0.4f),
        ["gsam clean"] = () => Combination.Gsam(0.4f, minimizesPerturbedLoss: false),
        ["wsam"] = () => Combination.Wsam(0.8f),
        ["wsam coupled"] = () => Combination.Wsam(0.8f, decoupled: false),
        ["looksam"] = () => Combination.LookSam(3, 0.7f),
        ["looksam by tensor"] = () => Combination.LookSam(2, 0.7f, byTensor: true),
    };
}
