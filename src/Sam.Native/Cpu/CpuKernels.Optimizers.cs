using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    private const int ConstantBytes = 1 << 18;

    private int _constantsAt;

    internal override void Products(
        in ArenaPieces pieces, DevicePointer<float> a, DevicePointer<float> b, DevicePointer<double> result, DevicePointer<StepState> state)
    {
        ArenaProducts.Run(_team, pieces, a.ToPointer(), b.ToPointer(), result.ToPointer());
        Judge(result, 3 * pieces.TensorCount, state);
    }

    internal override void Measure(
        in ArenaPieces pieces, BallNorm norm, float p, ReadOnlySpan<PerturbGroup> groups, DevicePointer<float> direction,
        DevicePointer<float> weights, DevicePointer<double> result, DevicePointer<StepState> state)
    {
        ArenaMeasure.Run(_team, pieces, norm, p, groups, direction.ToPointer(), weights.ToPointer(), result.ToPointer());
        Judge(result, Native.Measure.Count, state);
    }

    internal override void LayerScales(
        DevicePointer<double> products, ReadOnlySpan<int> isPerturbed, ReadOnlySpan<float> shares, DevicePointer<double> result,
        DevicePointer<float> factors, DevicePointer<StepState> state)
    {
        double* sums = products.ToPointer();
        double sum = 0, squares = 0;
        for (int i = 0; i < isPerturbed.Length; i++)
        {
            squares += sums[3 * i];
            sum += isPerturbed[i] != 0 ? sums[3 * i] * sums[(3 * i) + 2] : 0;
            factors.ToPointer()[i] = (float)sums[(3 * i) + 2] * shares[i];
        }

        double* measured = result.ToPointer();
        measured[Native.Measure.Sum] = sum;
        measured[Native.Measure.Maximum] = 0;
        measured[Native.Measure.Squares] = squares;
        Judge(result, Native.Measure.Count, state);
    }

    internal override void Perturb(in ArenaPieces pieces, in PerturbArguments arguments, ReadOnlySpan<PerturbGroup> groups) =>
        ArenaPerturb.Run(_team, pieces, arguments, groups);

    internal override void Update<TRule>(in ArenaPieces pieces, in UpdateArguments arguments, ReadOnlySpan<TRule> groups)
    {
        if (!IsClosed(arguments.State))
        {
            ArenaUpdate.Run(_team, pieces, arguments, groups);
        }
        else if (arguments.Output.IsNull && arguments.Saved != arguments.Weights)
        {
            ArenaCombine.Restore(_team, pieces, arguments.Saved.ToPointer(), arguments.Weights.ToPointer());
        }
    }

    internal override void Restore(in ArenaPieces pieces, DevicePointer<float> saved, DevicePointer<float> weights) =>
        ArenaCombine.Restore(_team, pieces, saved.ToPointer(), weights.ToPointer());

    internal override void Combine(
        in ArenaPieces pieces, DevicePointer<float> first, DevicePointer<float> second, DevicePointer<float> coefficients,
        DevicePointer<float> output, DevicePointer<StepState> state)
    {
        if (!IsClosed(state))
        {
            ArenaCombine.Run(_team, pieces, first.ToPointer(), second.ToPointer(), coefficients.ToPointer(), output.ToPointer());
        }
    }

    internal override void Clamp(in ArenaPieces pieces, float limit, DevicePointer<float> values) =>
        ArenaCombine.Clamp(_team, pieces, limit, values.ToPointer());

    internal override void FriendlyDirection(
        in ArenaPieces pieces, in FriendlyStep step, DevicePointer<float> gradient, DevicePointer<float> even, DevicePointer<float> odd,
        DevicePointer<float> kept, DevicePointer<StepState> state)
    {
        long updates = state.ToPointer()->FriendlyUpdates;
        (DevicePointer<float> average, DevicePointer<float> next) = (updates & 1) == 0 ? (even, odd) : (odd, even);
        ArenaCombine.Friendly(
            _team, pieces, step, updates == 0, gradient.ToPointer(), average.ToPointer(), next.ToPointer(), kept.ToPointer());
    }

    internal override void MeasureFriendly(
        in ArenaPieces pieces, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups, in FriendlyStep step, DevicePointer<float> even,
        DevicePointer<float> odd)
    {
        if (!IsGradientFinite(pieces, arguments)) return;
        FriendlyDirection(pieces, step, arguments.Gradient, even, odd, arguments.Kept, arguments.State);
        MeasureTurned(pieces, arguments, groups);
    }

    internal override void MeasureNoise(
        in ArenaPieces pieces, in ArenaPieces tensors, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups, RandomStream stream)
    {
        if (!IsGradientFinite(pieces, arguments)) return;
        ReadOnlySpan<ArenaPiece> table = new(tensors.Pieces.ToPointer(), tensors.Count);
        for (int i = 0; i < table.Length;)
        {
            ArenaPiece first = table[i];
            int count = 0;
            for (; i < table.Length && table[i].Tensor == first.Tensor; i++) count += table[i].Count;
            DevicePointer<float> gradient = arguments.Gradient + first.Offset;
            if (!arguments.Kept.IsNull) Copy(count, gradient, arguments.Kept + first.Offset);
            FillNormal(count, 0, 1, stream with { Stream = stream.Stream + (uint)first.Tensor }, gradient);
        }

        MeasureTurned(pieces, arguments, groups);
    }

    internal override void CopyWhereSkipped(
        long count, DevicePointer<float> input, DevicePointer<float> output, DevicePointer<StepState> state)
    {
        if (IsClosed(state)) Copy(count, input, output);
    }

    internal override void FactoredMoments(
        in FactoredTensors tensors, double share, DevicePointer<float> gradient, DevicePointer<StepState> state)
    {
        if (!IsClosed(state)) FactoredMomentsJob.Run(_team, tensors, share, gradient.ToPointer());
    }

    internal override void FactoredDirection(
        in ArenaPieces pieces, in FactoredTensors tensors, in FactoredStep step, DevicePointer<float> gradient, DevicePointer<float> weights,
        DevicePointer<float> coefficients) =>
        FactoredDirectionJob.Run(_team, pieces, tensors, step, gradient.ToPointer(), weights.ToPointer(), coefficients.ToPointer());

    internal override void Commit(in CommitArguments arguments)
    {
        StepState* state = arguments.State.ToPointer();
        bool applied = state->Gate == 0 && !arguments.Discards;
        state->Applied = applied ? 1 : 0;
        state->Gate = 0;
        state->Ticks++;
        if (!applied) return;
        state->Updates++;
        if (arguments.MovesFriendly) state->FriendlyUpdates++;
    }

    internal override DevicePointer<T> Constants<T>(params ReadOnlySpan<T> values)
    {
        int bytes = values.Length * Unsafe.SizeOf<T>();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, ConstantBytes / 4, nameof(values));
        if (_constants == null) _constants = (byte*)NativeMemory.AlignedAlloc(ConstantBytes, HostMemory.Alignment);
        if (_constantsAt + bytes > ConstantBytes) _constantsAt = 0;
        T* start = (T*)(_constants + _constantsAt);
        values.CopyTo(new Span<T>(start, values.Length));
        _constantsAt += (bytes + HostMemory.Alignment - 1) & -HostMemory.Alignment;
        return new DevicePointer<T>(start);
    }

    internal override void Scale(long count, float factor, DevicePointer<float> values) =>
        FlatPass.Scale(_team, factor, values.ToPointer(), values.ToPointer(), count);

    internal override void Evaluate(
        ReadOnlySpan<ScalarProgram> programs, int tensors, DevicePointer<double> sums, DevicePointer<float> coefficients) =>
        ScalarEvaluation.Run(programs, tensors, sums.ToPointer(), coefficients.ToPointer());

    private bool IsGradientFinite(in ArenaPieces pieces, in TurnArguments arguments)
    {
        Products(pieces, arguments.Gradient, default, arguments.Squares, arguments.State);
        return !IsClosed(arguments.State);
    }

    private void MeasureTurned(in ArenaPieces pieces, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups) =>
        Measure(pieces, arguments.Norm, arguments.P, groups, arguments.Gradient, arguments.Weights, arguments.Measured, arguments.State);

    private static bool IsClosed(DevicePointer<StepState> state) => !state.IsNull && state.ToPointer()->Gate != 0;

    private static void Judge(DevicePointer<double> sums, int count, DevicePointer<StepState> state)
    {
        if (state.IsNull) return;
        for (int i = 0; i < count; i++)
        {
            if (!double.IsFinite(sums.ToPointer()[i])) state.ToPointer()->Gate = 1;
        }
    }
}
