namespace Sam.Native.Cpu;

/// <summary>The taps of one dimension that reach the positions phase, phase + stride, ... of an input, in a strided convolution.</summary>
/// <param name="FirstTap">The first tap.</param>
/// <param name="TapStep">From one tap to the next.</param>
/// <param name="Taps">Number of taps; may be 0.</param>
/// <param name="Start">Output position of the first tap for the first position; may be negative.</param>
/// <param name="Step">Output positions from one tap to the next, negative.</param>
internal readonly record struct TapPhase(int FirstTap, int TapStep, int Taps, int Start, int Step)
{
    /// <summary>Finds the taps r with (phase + padding - r dilation) divisible by the stride.</summary>
    /// <param name="phase">The phase, in [0, stride).</param>
    /// <param name="kernel">Taps of the kernel.</param>
    /// <param name="stride">The stride.</param>
    /// <param name="padding">The padding.</param>
    /// <param name="dilation">The dilation.</param>
    /// <returns>The taps.</returns>
    public static TapPhase Of(int phase, int kernel, int stride, int padding, int dilation)
    {
        int tapStep = stride / GreatestCommonDivisor(stride, dilation);
        int first = 0;
        while (first < Math.Min(kernel, tapStep) && (phase + padding - (first * dilation)) % stride != 0)
        {
            first++;
        }

        return first >= Math.Min(kernel, tapStep)
            ? default
            : new TapPhase(
                first, tapStep, ((kernel - 1 - first) / tapStep) + 1, (phase + padding - (first * dilation)) / stride, -(tapStep * dilation / stride));
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
