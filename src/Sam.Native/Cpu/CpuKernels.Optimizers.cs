namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    internal override void Products(in ArenaPieces pieces, DevicePointer<float> a, DevicePointer<float> b, DevicePointer<double> result) =>
        ArenaProducts.Run(_team, pieces, a.ToPointer(), b.ToPointer(), result.ToPointer());

    internal override void Measure(
        in ArenaPieces pieces, BallNorm norm, float p, ReadOnlySpan<PerturbGroup> groups, DevicePointer<float> direction,
            DevicePointer<float> weights, DevicePointer<double> result) =>
        ArenaMeasure.Run(_team, pieces, norm, p, groups, direction.ToPointer(), weights.ToPointer(), result.ToPointer());

    internal override void Perturb(in ArenaPieces pieces, in PerturbArguments arguments, ReadOnlySpan<PerturbGroup> groups) =>
        ArenaPerturb.Run(_team, pieces, arguments, groups);

    internal override void Update<TRule>(in ArenaPieces pieces, in UpdateArguments arguments, ReadOnlySpan<TRule> groups) =>
        ArenaUpdate.Run(_team, pieces, arguments, groups);

    internal override void Restore(in ArenaPieces pieces, DevicePointer<float> saved, DevicePointer<float> weights) =>
        ArenaCombine.Restore(_team, pieces, saved.ToPointer(), weights.ToPointer());

    internal override void Combine(
        in ArenaPieces pieces, DevicePointer<float> first, DevicePointer<float> second, DevicePointer<float> coefficients,
            DevicePointer<float> output) =>
        ArenaCombine.Run(_team, pieces, first.ToPointer(), second.ToPointer(), coefficients.ToPointer(), output.ToPointer());

    internal override void Clamp(in ArenaPieces pieces, float limit, DevicePointer<float> values) =>
        ArenaCombine.Clamp(_team, pieces, limit, values.ToPointer());

    internal override void FriendlyDirection(
        in ArenaPieces pieces, in FriendlyStep step, DevicePointer<float> gradient, DevicePointer<float> average, DevicePointer<float> next,
            DevicePointer<float> kept) =>
        ArenaCombine.Friendly(_team, pieces, step, gradient.ToPointer(), average.ToPointer(), next.ToPointer(), kept.ToPointer());

    internal override void Scale(
        long count, float factor, DevicePointer<float> values) => FlatPass.Scale(_team, factor, values.ToPointer(), values.ToPointer(),
        count);

    internal override void Evaluate(in ScalarProgram program, DevicePointer<double> sums, DevicePointer<float> coefficients) =>
        ScalarEvaluation.Run(program, sums.ToPointer(), coefficients.ToPointer());
}
