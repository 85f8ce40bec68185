namespace Sam.Emulator.Execution.Operations;

/// <summary>The type of the elements of a matrix operand.</summary>
internal enum MatrixElement
{
    F16,
    BF16,
    TF32,
    F32,
    F64,
    S8,
    U8,
    S32,
}

/// <summary>Where the elements of a matrix lie in the registers of a warp.</summary>
internal delegate (int Row, int Column) ElementPlace(int lane, int element);

/// <summary>One operand of a matrix instruction: its shape, its elements, and the place of each.</summary>
internal sealed class MatrixOperand(int rows, int columns, MatrixElement element, int perLane, ElementPlace place)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public MatrixElement Element { get; } = element;

    /// <summary>The elements that each lane holds.</summary>
    public int PerLane { get; } = perLane;

    public ElementPlace Place { get; } = place;

    /// <summary>The bits of an element in its register.</summary>
    public int Bits => Element switch
    {
        MatrixElement.F64 => 64,
        MatrixElement.F16 or MatrixElement.BF16 => 16,
        MatrixElement.S8 or MatrixElement.U8 => 8,
        _ => 32,
    };

    /// <summary>The registers that each lane needs.</summary>
    public int Registers => Bits == 64 ? PerLane : PerLane * Bits / 32;

    /// <summary>The bytes of an element in memory.</summary>
    public int MemoryBytes => Bits / 8;
}

/// <summary>A matrix instruction: d = a * b + c.</summary>
internal sealed record MatrixForm(MatrixOperand A, MatrixOperand B, MatrixOperand C, MatrixOperand D, bool Saturate);

/// <summary>The layouts of the operands of <c>mma.sync</c>, as PTX defines them, and those of <c>wmma</c>, which it leaves open.</summary>
internal static class MatrixLayouts
{
    /// <summary>The form of <c>mma.sync</c>; null for shapes and types that are not supported.</summary>
    public static MatrixForm? Mma(int m, int n, int k, MatrixElement a, MatrixElement b, MatrixElement c, MatrixElement d, bool saturate)
    {
        int perRegister = 32 / Math.Min(32, BitsOf(a));
        bool known = (m, n, k, a) switch
        {
            (16, 8, 16 or 8, MatrixElement.F16 or MatrixElement.BF16) => true,
            (16, 8, 8 or 4, MatrixElement.TF32) => true,
            (16, 8, 16 or 32, MatrixElement.S8 or MatrixElement.U8) => true,
            (8, 8, 16, MatrixElement.S8 or MatrixElement.U8) => true,
            (8, 8, 4, MatrixElement.F64) => true,
            _ => false,
        };
        if (!known || BitsOf(a) != BitsOf(b))
        {
            return null;
        }

        // Registers of a go down the two halves of the rows, then along k; those of b along k.
        ElementPlace placeA = (lane, e) =>
        {
            int register = e / perRegister;
            int halves = m / 8;
            return ((lane >> 2) + (8 * (register % halves)), (lane % 4 * perRegister) + (e % perRegister)
                + (register / halves * 4 * perRegister));
        };
        ElementPlace placeB = (lane, e) => ((lane % 4 * perRegister) + (e % perRegister) + (e / perRegister * 4 * perRegister), lane >> 2);
        ElementPlace placeC = (lane, e) => ((lane >> 2) + (8 * (e / 2)), (lane % 4 * 2) + (e & 1));
        return new MatrixForm(
            new MatrixOperand(m, k, a, m * k / Lane.Count, placeA),
            new MatrixOperand(k, n, b, k * n / Lane.Count, placeB),
            new MatrixOperand(m, n, c, m * n / Lane.Count, placeC),
            new MatrixOperand(m, n, d, m * n / Lane.Count, placeC),
            saturate);
    }

    /// <summary>An operand of <c>wmma</c>: elements in order, lane after lane. Half-precision a and b hold each element twice, as on a
    /// device.</summary>
    public static MatrixOperand Wmma(int rows, int columns, MatrixElement element, bool isInput)
    {
        int once = rows * columns / Lane.Count;
        int perLane = isInput && element == MatrixElement.F16 ? 16 : once;
        return new MatrixOperand(rows, columns, element, perLane, (lane, e) =>
            (((lane * once) + (e % once)) / columns, ((lane * once) + (e % once)) % columns));
    }

    private static int BitsOf(MatrixElement element) => new MatrixOperand(1, 1, element, 1, static (_, _) => default).Bits;
}
