namespace Sam.Native;

/// <summary>Settings that are right by themselves but do not fit each other.</summary>
internal static class OptionChecks
{
    public static void Check(Model model, BaseOptimizer baseOptimizer, Perturbation perturbation, SamOptions options)
    {
        PerturbationDirection direction = perturbation.Direction;
        if (direction == PerturbationDirection.Momentum)
        {
            Require(baseOptimizer.MomentumSlot >= 0, nameof(baseOptimizer),
                $"MSAM moves the weights against the base optimizer's momentum; {baseOptimizer.GetType().Name} as set up keeps none.");
            Require(options.Combination.Kind == CombinationKind.Plain, nameof(options),
                "MSAM takes one gradient a step, so there is nothing to combine it with; use Combination.Plain.");
            Require(perturbation.InnerSteps == 1, nameof(perturbation), "MSAM takes no ascent gradient, so InnerSteps is 1.");
        }

        Require(
            options.Combination.Kind == CombinationKind.Plain || direction != PerturbationDirection.None,
            nameof(options),
            "A combination needs the gradients of two passes; with Perturbation.None use Combination.Plain.");
        Require(
            perturbation.InnerSteps == 1 || direction == PerturbationDirection.Gradient,
            nameof(perturbation),
            "Several ascent steps follow the gradient; with another direction InnerSteps is 1.");
        Require(
            perturbation.Scaling != PerturbationScaling.Layerwise || (perturbation.P == 2 && direction is PerturbationDirection.Gradient),
            nameof(perturbation),
            "Layer-wise scaling is defined for p = 2 and the gradient's direction.");
        Require(
            perturbation.WeightFraction == 1 || direction != PerturbationDirection.Momentum,
            nameof(perturbation),
            "A random subset of the tensors needs a perturbation of each step; MSAM has none.");
        bool chooses = perturbation is { WeightFraction: < 1, SubsetNorm: SubsetNorm.Chosen };
        Require(
            !chooses || direction == PerturbationDirection.Gradient,
            nameof(perturbation),
            "Another direction than the gradient needs all of it; with WeightFraction below 1 use SubsetNorm.All.");
        Require(
            !chooses || (options.Combination.Kind == CombinationKind.Plain && options.LossDecay == 0),
            nameof(options),
            "Combinations of gradients and LossDecay need the first gradient of all tensors; with WeightFraction below 1 use SubsetNorm.All.");
        Require(
            perturbation.DataFraction == 1 || options.MicroBatch == 0,
            nameof(options),
            "A part of the batch is chosen from the whole of it; with DataFraction below 1 MicroBatch is 0.");
        Require(
            options.MicroBatch <= model.BatchSize,
            nameof(options),
            $"A micro-batch fits one pass of the model, which takes {model.BatchSize} examples; MicroBatch is {options.MicroBatch}.");
        Require(options.LearningRate is not ProportionalSchedule, nameof(options),
            "A schedule proportional to the learning rate is for rho.");
    }

    private static void Require(bool condition, string name, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message, name);
        }
    }
}
