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
    internal abstract void Products(in ArenaPieces pieces, DevicePointer<float> a, DevicePointer<float> b, DevicePointer<double> result);

    /// <summary>What the dual norm of a direction is made of: with t = T g, T = |w| + eta in adaptive groups and 1 in others, the sums of
    /// <see cref="Sam.Native.Measure"/>. A NaN or an infinity in t makes Sum or Maximum not finite.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="norm">Which ball.</param>
    /// <param name="p">p of general balls.</param>
    /// <param name="groups">The groups of the table.</param>
    /// <param name="direction">g.</param>
    /// <param name="weights">w.</param>
    /// <param name="result"><see cref="Sam.Native.Measure.Count"/> doubles.</param>
    internal abstract void Measure(
        in ArenaPieces pieces, BallNorm norm, float p, ReadOnlySpan<PerturbGroup> groups, DevicePointer<float> direction,
            DevicePointer<float> weights, DevicePointer<double> result);

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
    internal abstract void Combine(
        in ArenaPieces pieces, DevicePointer<float> first, DevicePointer<float> second, DevicePointer<float> coefficients,
            DevicePointer<float> output);

    /// <summary>Limits every element to [-limit, limit]; NaN stays NaN.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="limit">Above 0.</param>
    /// <param name="values">Limited in place.</param>
    internal abstract void Clamp(in ArenaPieces pieces, float limit, DevicePointer<float> values);

    /// <summary>Friendly-SAM's direction in one pass: m' is the moving average of gradients, the gradient becomes g - sigma m' or g - sigma
    /// m.</summary>
    /// <param name="pieces">Where to work.</param>
    /// <param name="step">The step's numbers.</param>
    /// <param name="gradient">g, becomes the direction.</param>
    /// <param name="average">m.</param>
    /// <param name="next">Takes m'.</param>
    /// <param name="kept">Takes a copy of g; null for none.</param>
    internal abstract void FriendlyDirection(
        in ArenaPieces pieces, in FriendlyStep step, DevicePointer<float> gradient, DevicePointer<float> average, DevicePointer<float> next,
            DevicePointer<float> kept);

    /// <summary>Multiplies elements: x[i] = factor x[i].</summary>
    /// <param name="count">Elements.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="values">x.</param>
    internal abstract void Scale(long count, float factor, DevicePointer<float> values);

    /// <summary>Turns sums into coefficients, without leaving the device.</summary>
    /// <param name="program">What to do.</param>
    /// <param name="sums">Three doubles for each tensor, from <see cref="Products"/>.</param>
    /// <param name="coefficients">Takes <see cref="UpdateArguments.CoefficientCount"/> floats for each tensor.</param>
    internal abstract void Evaluate(in ScalarProgram program, DevicePointer<double> sums, DevicePointer<float> coefficients);
}
