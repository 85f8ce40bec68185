namespace Sam.Native.Cuda;

internal sealed unsafe partial class CudaKernels
{
    private readonly Dictionary<string, CudaFunction> _rules = new(StringComparer.Ordinal);

    private GraphKernels Graph => field ??= new GraphKernels(_device.Launcher);

    private SamNormKernels SamNorm => field ??= new SamNormKernels(_device.Launcher);

    private SamPerturbKernels SamPerturb => field ??= new SamPerturbKernels(_device.Launcher);

    private SamCombineKernels SamCombine => field ??= new SamCombineKernels(_device.Launcher);

    private SamDirectionKernels SamDirection => field ??= new SamDirectionKernels(_device.Launcher);

    private SamCommitKernels SamCommit => field ??= new SamCommitKernels(_device.Launcher);

    internal override void Products(
        in ArenaPieces pieces, DevicePointer<float> a, DevicePointer<float> b, DevicePointer<double> result, DevicePointer<StepState> state) =>
        SamNorm.Products(Shape(pieces), pieces.Pieces, pieces.Count, pieces.TensorCount, a, b, pieces.Partials, result, state, _scratch.Counters);

    internal override void Measure(
        in ArenaPieces pieces, BallNorm norm, float p, ReadOnlySpan<PerturbGroup> groups, DevicePointer<float> direction,
        DevicePointer<float> weights, DevicePointer<double> result, DevicePointer<StepState> state)
    {
        DevicePointer<PerturbGroup> settings = _device.Constants.Put(groups);
        SamNorm.Measure(
            Shape(pieces), pieces.Pieces, pieces.Count, (int)norm, settings, direction, weights, pieces.Partials, result, state, _scratch.Counters);
        if (norm == BallNorm.General) MeasurePowers(pieces, p, settings, direction, weights, result, state);
    }

    internal override void MeasureFriendly(
        in ArenaPieces pieces, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups, in FriendlyStep step, DevicePointer<float> even,
        DevicePointer<float> odd)
    {
        DevicePointer<PerturbGroup> settings = _device.Constants.Put(groups);
        SamDirection.MeasureFriendly(
            Shape(pieces), pieces.Pieces, pieces.Count, (int)arguments.Norm, settings, step, arguments.Gradient, arguments.Weights, even, odd,
            arguments.Kept, pieces.Partials, arguments.Squares, arguments.Measured, arguments.State, _scratch.Counters);
        MeasureTurned(pieces, arguments, settings);
    }

    internal override void MeasureNoise(
        in ArenaPieces pieces, in ArenaPieces tensors, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups, RandomStream stream)
    {
        DevicePointer<PerturbGroup> settings = _device.Constants.Put(groups);
        SamDirection.MeasureNoise(
            Shape(tensors), tensors.Pieces, tensors.Count, (int)arguments.Norm, settings, stream.Seed, Step(stream), stream.Stream,
            arguments.Gradient, arguments.Weights, arguments.Kept, tensors.Partials, arguments.Squares, arguments.Measured, arguments.State,
            _scratch.Counters);
        MeasureTurned(pieces, arguments, settings);
    }

    internal override void LayerScales(
        DevicePointer<double> products, ReadOnlySpan<int> isPerturbed, ReadOnlySpan<float> shares, DevicePointer<double> result,
        DevicePointer<float> factors, DevicePointer<StepState> state) =>
        SamNorm.LayerScales(
            new LaunchShape(1, Threads), isPerturbed.Length, products, _device.Constants.Put(isPerturbed), _device.Constants.Put(shares), result,
            factors, state);

    internal override void Perturb(in ArenaPieces pieces, in PerturbArguments arguments, ReadOnlySpan<PerturbGroup> groups) =>
        SamPerturb.Perturb(
            Shape(pieces), pieces.Pieces, (int)arguments.Norm, arguments.P, Cpu.Powers.Halves(1.0 / (arguments.P - 1.0)),
            _device.Constants.Put(groups), arguments.Direction, arguments.Source, arguments.Weights, arguments.Saved, arguments.Kept,
            arguments.Measured, arguments.Factors);

    internal override void Update<TRule>(in ArenaPieces pieces, in UpdateArguments arguments, ReadOnlySpan<TRule> groups)
    {
        DevicePointer<TRule> rules = _device.Constants.Put(groups);
        DevicePointer<ArenaPiece> table = pieces.Pieces;
        UpdateStreams streams = new(arguments);
        void** addresses = stackalloc void*[] { &table, &streams, &rules };
        _device.Launcher.Launch(Rule(TRule.KernelName), TRule.KernelName, Shape(pieces), addresses);
    }

    internal override void Restore(in ArenaPieces pieces, DevicePointer<float> saved, DevicePointer<float> weights) =>
        SamPerturb.Restore(Shape(pieces), pieces.Pieces, saved, weights);

    internal override void Combine(
        in ArenaPieces pieces, DevicePointer<float> first, DevicePointer<float> second, DevicePointer<float> coefficients,
        DevicePointer<float> output, DevicePointer<StepState> state) =>
        SamCombine.Combine(Shape(pieces), pieces.Pieces, first, second, coefficients, output, state);

    internal override void Clamp(in ArenaPieces pieces, float limit, DevicePointer<float> values) =>
        SamCombine.Clamp(Shape(pieces), pieces.Pieces, limit, values);

    internal override void FriendlyDirection(
        in ArenaPieces pieces, in FriendlyStep step, DevicePointer<float> gradient, DevicePointer<float> even, DevicePointer<float> odd,
        DevicePointer<float> kept, DevicePointer<StepState> state) =>
        SamDirection.Friendly(Shape(pieces), pieces.Pieces, step, gradient, even, odd, kept, state);

    internal override void CopyWhereSkipped(
        long count, DevicePointer<float> input, DevicePointer<float> output, DevicePointer<StepState> state)
    {
        if (count > 0) SamCommit.CopyWhereSkipped(Words(count), count, input, output, state);
    }

    internal override void Commit(in CommitArguments arguments) =>
        SamCommit.Commit(
            new LaunchShape(1, Threads), arguments.State, arguments.RecordCount, arguments.Discards ? 1 : 0, arguments.MovesFriendly ? 1 : 0,
            arguments.Slots, arguments.SlotCount, arguments.SlotStride);

    internal override DevicePointer<T> Constants<T>(params ReadOnlySpan<T> values) => _device.Constants.Put(values);

    internal override void Evaluate(
        ReadOnlySpan<ScalarProgram> programs, int tensors, DevicePointer<double> sums, DevicePointer<float> coefficients) =>
        SamCombine.Evaluate(
            new LaunchShape(((tensors - 1) / Threads) + 1, Threads), _device.Constants.Put(programs), programs.Length, tensors, sums,
            coefficients);

    /// <summary>Loads what <see cref="Stage"/> needs.</summary>
    internal void LoadGraphKernels() => _ = Graph;

    /// <summary>Puts a batch that lies in the staging buffer of the step in its places, and the numbers that are right for the updates made so far.</summary>
    internal void Stage(
        DevicePointer<byte> even, DevicePointer<byte> odd, StagingBuffer.Layout layout, DevicePointer<StepState> state, Model model,
        int inputCount, int targetCount, DevicePointer<byte> numbers) =>
        Graph.Stage(
            Words(inputCount), even, odd, state, StagingBuffer.Layout.Input, inputCount, model.InputMemory, layout.Targets, targetCount, model.TargetMemory,
            layout.Rows, numbers);

    private void MeasureTurned(in ArenaPieces pieces, in TurnArguments arguments, DevicePointer<PerturbGroup> settings)
    {
        if (arguments.Norm != BallNorm.General) return;
        MeasurePowers(pieces, arguments.P, settings, arguments.Gradient, arguments.Weights, arguments.Measured, arguments.State);
    }

    private void MeasurePowers(
        in ArenaPieces pieces, float p, DevicePointer<PerturbGroup> settings, DevicePointer<float> direction, DevicePointer<float> weights,
        DevicePointer<double> result, DevicePointer<StepState> state)
    {
        double q = p / (p - 1.0);
        SamNorm.MeasurePowers(
            Shape(pieces), pieces.Pieces, pieces.Count, (float)q, Cpu.Powers.Halves(q), settings, direction, weights, pieces.Partials, result,
            state, _scratch.Counters);
    }

    private static LaunchShape Shape(in ArenaPieces pieces) => new(pieces.Count, 4, 1, Threads, 1, 1);

    private CudaFunction Rule(string name)
    {
        if (_rules.TryGetValue(name, out CudaFunction function)) return function;
        KernelSource source = new(OptimizerKernels.FileName, OptimizerKernels.Source, OptimizerKernels.Ptx, "");
        function = _device.Launcher.Find(_device.Launcher.Modules.Load(source), name);
        _rules.Add(name, function);
        return function;
    }
}
