namespace Sam.Native;

public abstract partial class DeviceKernels
{
    /// <summary>Sum of squares in double: sum_i g[i]^2, in an order that depends on the count alone. Not finite exactly where an element is
    /// not:
    /// squares of floats neither overflow nor vanish in double.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="input">g.</param>
    /// <param name="result">One double.</param>
    public abstract void SumOfSquares(long count, DevicePointer<float> input, DevicePointer<double> result);

    /// <summary>Inner products in double, for each tensor of the table: sum a^2, sum a b, sum b^2. Sums are made piece by piece, then over
    /// the pieces
    /// in their order.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="a">First array.</param>
    /// <param name="b">Second array; null leaves two zeros.</param>
    /// <param name="result">Three doubles for each tensor.</param>
    /// <param name="state">Its gate is set where a sum is not finite; null for none.</param>
    internal abstract void Products(
        in ArenaPieces pieces, DevicePointer<float> a, DevicePointer<float> b, DevicePointer<double> result,
        DevicePointer<StepState> state = default);

    /// <summary>What the dual norm of a direction is made of: with t = T g, T = |w| + eta in adaptive groups and 1 in others, the sums of
    /// <see cref="Sam.Native.Measure"/>. A NaN or an infinity in t makes Sum or Maximum not finite.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="norm">Which ball.</param>
    /// <param name="p">p of general balls.</param>
    /// <param name="groups">The groups of the table.</param>
    /// <param name="direction">g.</param>
    /// <param name="weights">w.</param>
    /// <param name="result"><see cref="Sam.Native.Measure.Count"/> doubles.</param>
    /// <param name="state">Its gate is set where one of them is not finite; null for none.</param>
    internal abstract void Measure(
        in ArenaPieces pieces, BallNorm norm, float p, ReadOnlySpan<PerturbGroup> groups, DevicePointer<float> direction,
        DevicePointer<float> weights, DevicePointer<double> result, DevicePointer<StepState> state = default);

    /// <summary>What layer-wise scaling makes of the products of gradients and weights: with (gg, gw, ww) of each tensor, Sum = sum over
    /// the perturbed tensors of gg ww, Maximum = 0, Squares = sum gg, and the factor of each tensor is ww times its share.</summary>
    /// <param name="products">Three doubles for each tensor, from <see cref="Products"/> of gradient and weights.</param>
    /// <param name="isPerturbed">1 for each tensor that is perturbed, else 0.</param>
    /// <param name="shares">What each tensor's factor is multiplied with.</param>
    /// <param name="result"><see cref="Sam.Native.Measure.Count"/> doubles.</param>
    /// <param name="factors">A factor for each tensor.</param>
    /// <param name="state">Its gate is set where a sum is not finite.</param>
    internal abstract void LayerScales(
        DevicePointer<double> products, ReadOnlySpan<int> isPerturbed, ReadOnlySpan<float> shares, DevicePointer<double> result,
        DevicePointer<float> factors, DevicePointer<StepState> state);

    /// <summary>Moves the weights to the worst point of a ball: w = s + rho T dual(T g), with dual(t) = t / |t|_2 for p = 2, sign(t) for p
    /// = infinity,
    /// sign(t) / ties on the largest coordinates for p = 1, sign(t) u^(q-1) / (sum u^q)^(1/p) with u = |t| / max and 1/p + 1/q = 1 in
    /// general, and
    /// t without a ball. (Foret et al., ICLR 2021, arXiv:2010.01412, eq. 2.) A sum of zero or one that is not finite gives w = s.</summary>
    /// <param name="pieces">Where to work; pieces that are not perturbed stay as they are.</param>
    /// <param name="arguments">Arrays and the ball.</param>
    /// <param name="groups">The groups of the table.</param>
    internal abstract void Perturb(in ArenaPieces pieces, in PerturbArguments arguments, ReadOnlySpan<PerturbGroup> groups);

    /// <summary>Restores the weights and updates them with a base optimizer in one pass. w is written from s alone, so what it was before
    /// (perturbed,
    /// NaN) leaves no trace.</summary>
    /// <typeparam name="TRule">The base optimizer's arithmetic.</typeparam>
    /// <param name="pieces">Where to work.</param>
    /// <param name="arguments">Arrays.</param>
    /// <param name="groups">The rule's numbers for each group of the table.</param>
    internal abstract void Update<TRule>(in ArenaPieces pieces, in UpdateArguments arguments, ReadOnlySpan<TRule> groups)
        where TRule : unmanaged, IUpdateRule;

    /// <summary>Copies the saved weights back where the pieces were perturbed.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="saved">Read.</param>
    /// <param name="weights">Overwritten.</param>
    internal abstract void Restore(in ArenaPieces pieces, DevicePointer<float> saved, DevicePointer<float> weights);

    /// <summary>y = a x1 + b x2, rounded as fma(a, x1, b x2); y may be x1 or x2. Factors of 0 leave their array out.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="first">x1.</param>
    /// <param name="second">x2; null counts as zeros.</param>
    /// <param name="coefficients">For each tensor of the table <see cref="UpdateArguments.CoefficientCount"/> floats, of which the first
    /// two are a and b.</param>
    /// <param name="output">y.</param>
    /// <param name="state">Leaves y as it is where its gate is set; null for none.</param>
    internal abstract void Combine(
        in ArenaPieces pieces, DevicePointer<float> first, DevicePointer<float> second, DevicePointer<float> coefficients,
        DevicePointer<float> output, DevicePointer<StepState> state = default);

    /// <summary>Limits every finite element to [-limit, limit]; NaN and infinities stay, for the step to be skipped.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="limit">Above 0.</param>
    /// <param name="values">Limited in place.</param>
    internal abstract void Clamp(in ArenaPieces pieces, float limit, DevicePointer<float> values);

    /// <summary>Friendly-SAM's direction in one pass: m' is the moving average of gradients, the gradient becomes g - sigma m' or g - sigma
    /// m. The state's count of friendly updates says which of the two arenas holds m (the first one where it is even; no average yet
    /// where it is 0); the other one takes m', so that a step that is skipped leaves m behind.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="step">The step's numbers.</param>
    /// <param name="gradient">g, becomes the direction.</param>
    /// <param name="even">m after an even number of updates, else taken by m'.</param>
    /// <param name="odd">The other one.</param>
    /// <param name="kept">Takes a copy of g; null for none.</param>
    /// <param name="state">The state.</param>
    internal abstract void FriendlyDirection(
        in ArenaPieces pieces, in FriendlyStep step, DevicePointer<float> gradient, DevicePointer<float> even, DevicePointer<float> odd,
        DevicePointer<float> kept, DevicePointer<StepState> state);

    /// <summary>Friendly-SAM's direction as <see cref="FriendlyDirection"/> makes it, the sum of squares of the gradient before as
    /// <see cref="Products"/>, and what <see cref="Measure"/> finds in the direction; in one pass where the device has one. A gradient that is
    /// not finite closes the gate, and the rest may be left out.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="arguments">Arrays and sums.</param>
    /// <param name="groups">The groups of the table.</param>
    /// <param name="step">The step's numbers.</param>
    /// <param name="even">m after an even number of updates, else taken by m'.</param>
    /// <param name="odd">The other one.</param>
    internal abstract void MeasureFriendly(
        in ArenaPieces pieces, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups, in FriendlyStep step, DevicePointer<float> even,
        DevicePointer<float> odd);

    /// <summary>The same with standard normal numbers as the direction: <see cref="FillNormal"/> of the stream of each tensor.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="tensors">The same by tensor.</param>
    /// <param name="arguments">Arrays and sums.</param>
    /// <param name="groups">The groups of the tables.</param>
    /// <param name="stream">Stream of the first tensor; each further one has the next stream number.</param>
    internal abstract void MeasureNoise(
        in ArenaPieces pieces, in ArenaPieces tensors, in TurnArguments arguments, ReadOnlySpan<PerturbGroup> groups, RandomStream stream);

    /// <summary>Copies elements where the step is skipped: where the state's gate is set.</summary>
    /// <param name="count">Elements.</param>
    /// <param name="input">Read.</param>
    /// <param name="output">Overwritten where the gate is set.</param>
    /// <param name="state">The state.</param>
    internal abstract void CopyWhereSkipped(
        long count, DevicePointer<float> input, DevicePointer<float> output, DevicePointer<StepState> state);

    /// <summary>Ends a step: notes whether it was applied, counts it, opens the gate for the next one, and hands the record to the
    /// host.</summary>
    /// <param name="arguments">The record and where it goes.</param>
    internal abstract void Commit(in CommitArguments arguments);

    /// <summary>Hands numbers of the host to the next kernels of this step.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="values">At most 64 KiB.</param>
    /// <returns>Where kernels read them: for the kernels called before 64 KiB of other values.</returns>
    internal abstract DevicePointer<T> Constants<T>(params ReadOnlySpan<T> values)
        where T : unmanaged;

    /// <summary>Adafactor's second moments: with x the mean of g^2 over a row of a matrix, over a column of it, or g^2 itself in a vector,
    /// every moment m becomes m + share (x - m), and the means of the row moments are set.</summary>
    /// <param name="tensors">Where the moments lie, and the parts: each is one block's work, and no two write the same moment.</param>
    /// <param name="share">Share of this step, in (0, 1].</param>
    /// <param name="gradient">g.</param>
    /// <param name="state">Leaves the moments as they are where its gate is set; null for none.</param>
    /// <remarks>Sums are in double. A row is summed in order where its matrix is computed as a whole or has less than 16 columns, else by
    /// <see cref="Products"/>' lanes; a column is summed over ascending rows.</remarks>
    internal abstract void FactoredMoments(
        in FactoredTensors tensors, double share, DevicePointer<float> gradient, DevicePointer<StepState> state);

    /// <summary>Adafactor's direction and how far each tensor goes: u = g / max(sqrt(v), epsilon1) in the place of g, with
    /// v[i, j] = r[i] c[j] / max(mean r, epsilon1) of the row and column moments r and c, or v = c in a vector; then for each tensor the
    /// coefficients of <see cref="Update"/> a = max(epsilon2, rms(w)) / max(1, rms(u) / d), the others 0.</summary>
    /// <param name="pieces">Where to work, cut by tensor.</param>
    /// <param name="tensors">The moments.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="gradient">g, becomes u.</param>
    /// <param name="weights">w.</param>
    /// <param name="coefficients"><see cref="UpdateArguments.CoefficientCount"/> floats for each tensor.</param>
    /// <remarks>Sums are made as those of <see cref="Products"/>. Shazeer and Stern, ICML 2018, arXiv:1804.04235, algorithms 4 and 6.</remarks>
    internal abstract void FactoredDirection(
        in ArenaPieces pieces, in FactoredTensors tensors, in FactoredStep step, DevicePointer<float> gradient, DevicePointer<float> weights,
            DevicePointer<float> coefficients);

    /// <summary>Multiplies elements: x[i] = factor x[i].</summary>
    /// <param name="count">Elements.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="values">x.</param>
    internal abstract void Scale(long count, float factor, DevicePointer<float> values);

    /// <summary>Turns sums into coefficients, without leaving the device.</summary>
    /// <param name="programs">What to do, for each tensor, or one for all.</param>
    /// <param name="tensors">Number of tensors.</param>
    /// <param name="sums">Three doubles for each tensor, from <see cref="Products"/>.</param>
    /// <param name="coefficients">Takes <see cref="UpdateArguments.CoefficientCount"/> floats for each tensor.</param>
    internal abstract void Evaluate(
        ReadOnlySpan<ScalarProgram> programs, int tensors, DevicePointer<double> sums, DevicePointer<float> coefficients);
}
