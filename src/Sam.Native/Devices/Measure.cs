namespace Sam.Native;

/// <summary>The doubles that <see cref="DeviceKernels.Measure"/> leaves behind, t = T g over the perturbed pieces.</summary>
internal static class Measure
{
    /// <summary>p = 2 or no ball: sum t^2. p = infinity: sum |t|. p = 1: number of coordinates with |t| = max. Else: sum (|t| /
    /// max)^q.</summary>
    public const int Sum = 0;

    /// <summary>max |t| for p = 1 and general p, else 0.</summary>
    public const int Maximum = 1;

    /// <summary>sum g^2 over all pieces, perturbed or not.</summary>
    public const int Squares = 2;

    /// <summary>Number of doubles.</summary>
    public const int Count = 3;
}
