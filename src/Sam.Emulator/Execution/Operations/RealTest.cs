using System.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>The properties that <c>testp</c> asks for, packed in the mode.</summary>
internal static class RealTest
{
    public const int Finite = 0;
    public const int Infinite = 1;
    public const int Number = 2;
    public const int NotANumber = 3;
    public const int Normal = 4;
    public const int Subnormal = 5;

    /// <summary>Tests one value; the second operand is the first again.</summary>
    public struct Of<T> : ICompare<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static bool Apply(T a, T b, int mode) => mode switch
        {
            Finite => T.IsFinite(a),
            Infinite => T.IsInfinity(a),
            Number => !T.IsNaN(a),
            NotANumber => T.IsNaN(a),
            Normal => T.IsNormal(a),
            _ => T.IsSubnormal(a),
        };
    }
}
