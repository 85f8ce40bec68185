namespace Sam.Native;

/// <summary>The self-tests of steps of a small perceptron.</summary>
internal static class SelfTestSteps
{
    private const int Steps = 5;

    // Five steps carry the roundings of their sums on; updates that divide by a gradient's size make the most of them.
    private const double Tolerance = 2e-4;
    private const double Tf32Tolerance = 2e-2;
    private const double BFloat16Tolerance = 0.16;

    // A move is the difference of weights a hundred times as large, each rounded to float32.
    private const double MoveTolerance = 1e-4;

    /// <summary>SAM's perturbation: its length, the weights restored to the bit, and one step of several balls.</summary>
    public static void Sam(SelfTestBench bench)
    {
        (float[] input, int[] labels) = SelfTestModel.Batch(1);
        foreach (Perturbation perturbation in (Perturbation[])
            [Perturbation.Sam(0.05f), Perturbation.Sam(0.05f, float.PositiveInfinity), Perturbation.Asam(0.5f)])
        {
            using SelfTestModel model = new(bench.Devices[1]);
            using SamOptimizer still = new(model, new Sgd(0), perturbation);
            double[] before = model.Weights();
            double[] moves = Moves(bench, 1, perturbation);

            // Of the ball of p = infinity a rounding of a gradient near zero turns its corner.
            if (!double.IsPositiveInfinity(perturbation.P))
            {
                bench.Check("moves to the perturbed weights", Moves(bench, 0, perturbation), moves, Math.Max(MoveTolerance, ToleranceOf(bench)));
            }

            if (perturbation.Scaling == PerturbationScaling.None)
            {
                double length = double.IsPositiveInfinity(perturbation.P) ? moves.Max(Math.Abs) : Math.Sqrt(moves.Sum(static move => move * move));
                bench.Check("length of the perturbation", [perturbation.Rho], [length], MoveTolerance);
            }

            StepResult result = still.Step(input, labels);
            bench.Check("norm in the result", [perturbation.Rho], [result.PerturbationNorm], 1e-6);
            bench.Check("restored weights", before, model.Weights(), 0);
            Compare(bench, $"SGD around {perturbation.Direction}, p = {perturbation.P}", static () => new Sgd(0.1f), perturbation, steps: 1);
        }

        Compare(bench, "a ball of p = 3", static () => new Sgd(0.1f), Perturbation.Sam(0.05f, 3), Steps);
        Compare(bench, "layer-wise ASAM", static () => new Sgd(0.1f), Perturbation.AsamLayerwise(0.05f), Steps);
        Compare(bench, "Friendly-SAM", static () => new Sgd(0.1f), Perturbation.Friendly(0.05f), Steps);
        Compare(bench, "a random direction", static () => new Sgd(0.1f), Perturbation.Random(0.05f), Steps);
        Compare(
            bench, "Friendly-SAM of each half of a batch", static () => new Sgd(0.1f), Perturbation.Friendly(0.05f), Steps,
            new SamOptions { MicroBatch = (SelfTestModel.Batch(1).Labels.Length + 1) / 2, PerturbsEachMicroBatch = true });
        Compare(
            bench, "GSAM with clipped first gradients", static () => new Sgd(0.1f), Perturbation.Sam(0.05f), Steps,
            new SamOptions { Combination = Combination.Gsam(0.4f), Clipping = GradientClipping.ByValue(0.1f, ClippedGradients.First), LossDecay = 0.01f });
    }

    /// <summary>Base optimizers without a perturbation.</summary>
    public static void Optimizers(SelfTestBench bench)
    {
        Compare(bench, "SGD", static () => new Sgd(0.1f, momentum: 0.9f, weightDecay: 0.01f), Perturbation.None, Steps);
        Compare(bench, "AdamW", static () => new AdamW(0.01f), Perturbation.None, Steps);
        Compare(bench, "RMSprop", static () => new Rmsprop(0.01f), Perturbation.None, Steps);
        Compare(bench, "LAMB", static () => new Lamb(0.01f), Perturbation.None, Steps);
        Compare(bench, "AMSGrad", static () => new Adam(0.01f, amsgrad: true), Perturbation.None, Steps);
        Compare(bench, "NAdam", static () => new NAdam(0.01f), Perturbation.None, Steps);
        Compare(bench, "RAdam", static () => new RAdam(0.01f), Perturbation.None, Steps);
        Compare(bench, "Adamax", static () => new Adamax(0.01f), Perturbation.None, Steps);
        Compare(bench, "RMSprop with momentum", static () => new Rmsprop(0.01f, momentum: 0.9f, centered: true), Perturbation.None, Steps);
        Compare(bench, "Adagrad", static () => new Adagrad(0.01f), Perturbation.None, Steps);
        Compare(bench, "Adadelta", static () => new Adadelta(0.1f), Perturbation.None, Steps);
        Compare(bench, "Lion", static () => new Lion(0.001f), Perturbation.None, Steps);
        Compare(bench, "LARS", static () => new Lars(0.1f), Perturbation.None, Steps);
        Compare(bench, "Adafactor", static () => new Adafactor(0.01f), Perturbation.None, Steps);
    }

    /// <summary>Steps as a device makes them fastest give the bits of steps call by call, and the CPU's numbers.</summary>
    public static void Graph(SelfTestBench bench)
    {
        SamOptions options = new() { LearningRate = Schedule.Cosine(0.1f, 0, 2 * Steps) };
        double[] fast = Train(bench.Devices[1], new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f), options, Steps, byCalls: false);
        double[] slow = Train(bench.Devices[1], new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f), options, Steps, byCalls: true);
        double[] cpu = Train(bench.Devices[0], new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f), options, Steps, byCalls: false);
        bench.Check("steps as graphs beside steps call by call", slow, fast, 0);
        bench.Check("weights after steps as graphs", cpu, fast, ToleranceOf(bench));
    }

    // How far each weight is moved before the second gradient. Without one the step is given up, and they are moved back.
    private static double[] Moves(SelfTestBench bench, int side, Perturbation perturbation)
    {
        using SelfTestModel model = new(bench.Devices[side]);
        using SamOptimizer sam = new(model, new Sgd(0.1f), perturbation);
        (float[] input, int[] labels) = SelfTestModel.Batch(1);
        double[] before = model.Weights();
        model.Forward(input);
        model.Backward(Loss.CrossEntropy(labels));
        sam.FirstStep();
        double[] moves = [.. model.Weights().Zip(before, static (moved, still) => moved - still)];
        sam.SecondStep();
        bench.Check("weights of a step that was given up", before, model.Weights(), 0);
        return moves;
    }

    private static void Compare(SelfTestBench bench, string name, Func<BaseOptimizer> optimizer, Perturbation perturbation, int steps, SamOptions? options = null)
    {
        double[] cpu = Train(bench.Devices[0], optimizer(), perturbation, options, steps, byCalls: false);
        double[] device = Train(bench.Devices[1], optimizer(), perturbation, options, steps, byCalls: false);
        bench.Check($"weights after {name}", cpu, device, ToleranceOf(bench));
    }

    private static double[] Train(
        Device device, BaseOptimizer optimizer, Perturbation perturbation, SamOptions? options, int steps, bool byCalls)
    {
        using SelfTestModel model = new(device);
        using SamOptimizer sam = new(model, optimizer, perturbation, options);
        for (int i = 0; i < steps; i++)
        {
            (float[] input, int[] labels) = SelfTestModel.Batch(i);
            if (!byCalls)
            {
                sam.Step(input, labels);
                continue;
            }

            sam.Step(() =>
            {
                model.Forward(input);
                return model.Backward(Loss.CrossEntropy(labels));
            });
        }

        return model.Weights();
    }

    private static double ToleranceOf(SelfTestBench bench) => (bench.Devices[1] as Cuda.CudaAccelerator)?.Options.Precision switch
    {
        Cuda.CudaPrecision.Tf32 or Cuda.CudaPrecision.Float16 => Tf32Tolerance,
        Cuda.CudaPrecision.BFloat16 => BFloat16Tolerance,
        _ => Tolerance,
    };
}
