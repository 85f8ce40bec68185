using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for tensor cores.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectMatrix()
    {
        modifiers.Take("sync");
        modifiers.Take("aligned");
        switch (modifiers.Name)
        {
            case "ldmatrix":
                SelectLoadMatrix();
                break;
            case "mma":
                SelectMma();
                break;
            case "wmma" when modifiers.Take("mma"):
                SelectWmmaProduct();
                break;
            case "wmma":
                SelectWmmaTransfer();
                break;
            default:
                throw Unsupported("the instruction is not supported");
        }
    }

    private void SelectLoadMatrix()
    {
        ExpectOperands(2);
        int count = modifiers.TakeAny("x1", "x2", "x4") switch
        {
            "x1" => 1,
            "x2" => 2,
            "x4" => 4,
            _ => throw Unsupported("the instruction names no number of matrices"),
        };
        if (!modifiers.Take("m8n8") || modifiers.Type != PtxType.B16)
        {
            throw Unsupported("only 8 by 8 matrices of 16-bit elements are supported");
        }

        bool transpose = modifiers.Take("trans");
        PtxSpace space = TakeSpace();
        Address(1, ref space);
        current.Mode |= transpose ? Matrices.ByColumns : 0;
        List<int> registers = Registers(0, PtxType.B32, true);
        if (registers.Count != count)
        {
            throw Unsupported($"{registers.Count} registers for {count} matrices");
        }

        SetList(registers);
        current.Execute = &Matrices.LoadRows;
    }

    private void SelectMma()
    {
        (int m, int n, int k) = TakeShape();
        if (modifiers.TakeFirst() is not "row" || modifiers.TakeFirst() is not "col")
        {
            throw Unsupported("only .row.col is supported");
        }

        bool saturate = modifiers.Take("satfinite");
        modifiers.Take("rn");
        IReadOnlyList<PtxType> types = modifiers.Types;
        if (types.Count != 4)
        {
            throw Unsupported("the instruction names four types");
        }

        MatrixForm form = MatrixLayouts.Mma(m, n, k, Element(types[1]), Element(types[2]), Element(types[3]), Element(types[0]), saturate)
            ?? throw Unsupported("the shape is not supported for these types");
        SetProduct(form);
    }

    private void SelectWmmaProduct()
    {
        (int m, int n, int k) = TakeShape();
        TakeLayout();
        TakeLayout();
        bool saturate = modifiers.Take("satfinite");
        modifiers.Take("rn");
        IReadOnlyList<PtxType> types = modifiers.Types;
        (MatrixElement a, MatrixElement d, MatrixElement c) = types.Count switch
        {
            2 => (MatrixElement.F16, Element(types[0]), Element(types[1])),
            4 => (Element(types[1]), Element(types[0]), Element(types[3])),
            _ => throw Unsupported("the instruction names two or four types"),
        };
        CheckWmma(m, n, k, a);
        SetProduct(new MatrixForm(
            MatrixLayouts.Wmma(m, k, a, true), MatrixLayouts.Wmma(k, n, a, true), MatrixLayouts.Wmma(m, n, c, false),
                MatrixLayouts.Wmma(m, n, d, false), saturate));
    }

    private void SelectWmmaTransfer()
    {
        bool load = modifiers.TakeAny("load", "store") == "load";
        string which = modifiers.TakeAny("a", "b", "c", "d") ?? throw Unsupported("the instruction names no operand");
        bool byColumns = TakeLayout() == "col";
        (int m, int n, int k) = TakeShape();
        PtxSpace space = TakeSpace();
        MatrixElement element = Element(modifiers.Type);
        MatrixOperand operand = which switch
        {
            "a" => MatrixLayouts.Wmma(m, k, element, true),
            "b" => MatrixLayouts.Wmma(k, n, element, true),
            _ => MatrixLayouts.Wmma(m, n, element, false),
        };
        int registers = load ? 0 : 1;
        if (syntax.Operands.Length is < 2 or > 3)
        {
            throw Unsupported("2 or 3 operands expected");
        }

        Address(1 - registers, ref space);
        current.B = syntax.Operands.Length == 3 ? Source(2, PtxType.U32) : -1;
        current.Mode |= byColumns ? Matrices.ByColumns : 0;
        List<int> list = Registers(registers, operand.Bits == 64 ? PtxType.B64 : PtxType.B32, load);
        if (list.Count != operand.Registers)
        {
            throw Unsupported($"{operand.Registers} registers expected, {list.Count} found");
        }

        SetList(list);
        current.Target = compiled.Operands.Count;
        compiled.Operands.Add(operand);
        current.Execute = load ? &Matrices.Load : &Matrices.Store;
    }

    private void SetProduct(MatrixForm form)
    {
        ExpectOperands(4);
        MatrixOperand[] operands = [form.D, form.A, form.B, form.C];
        var list = new List<int>();
        for (int k = 0; k < operands.Length; k++)
        {
            List<int> registers = Registers(k, operands[k].Bits == 64 ? PtxType.B64 : PtxType.B32, k == 0);
            if (registers.Count != operands[k].Registers)
            {
                throw Unsupported($"operand {k + 1} has {registers.Count} registers where {operands[k].Registers} are wanted");
            }

            list.AddRange(registers);
        }

        SetList(list);
        current.Target = compiled.Matrices.Count;
        compiled.Matrices.Add(form);
        current.Execute = &Matrices.Multiply;
    }

    private List<int> Registers(int k, PtxType type, bool results)
    {
        Operand[] elements = Operand(k) is VectorOperand vector ? vector.Elements : [Operand(k)];
        var list = new List<int>();
        foreach (Operand element in elements)
        {
            list.Add(results ? Result(element, type) : Source(element, type));
        }

        return list;
    }

    private (int M, int N, int K) TakeShape()
    {
        string? shape = modifiers.Left.FirstOrDefault(static s =>
            s.StartsWith('m') && s.Contains('n', StringComparison.Ordinal) && s.Contains('k', StringComparison.Ordinal));
        if (shape is null)
        {
            throw Unsupported("the instruction names no shape");
        }

        modifiers.Take(shape);
        int n = shape.IndexOf('n', StringComparison.Ordinal);
        int k = shape.IndexOf('k', StringComparison.Ordinal);
        return n < k && int.TryParse(shape.AsSpan(1, n - 1), out int rows) && int.TryParse(shape.AsSpan(n + 1, k - n - 1), out int columns)
            && int.TryParse(shape.AsSpan(k + 1), out int inner) && rows * columns <= 256 && inner is > 0 and <= 64 && rows > 0
                && columns > 0
            ? (rows, columns, inner)
            : throw Unsupported($"the shape '{shape}' is not supported");
    }

    private string TakeLayout() => modifiers.TakeAny("row", "col") ?? throw Unsupported("the instruction names no layout");

    private void CheckWmma(int m, int n, int k, MatrixElement a)
    {
        bool known = a switch
        {
            MatrixElement.F16 or MatrixElement.BF16 or MatrixElement.S8 or MatrixElement.U8 =>
                (m, n, k) is (16, 16, 16) or (8, 32, 16) or (32, 8, 16),
            MatrixElement.TF32 => (m, n, k) is (16, 16, 8),
            MatrixElement.F64 => (m, n, k) is (8, 8, 4),
            _ => false,
        };
        if (!known)
        {
            throw Unsupported("the shape is not supported for these types");
        }
    }

    private MatrixElement Element(PtxType type) => type switch
    {
        PtxType.F16 => MatrixElement.F16,
        PtxType.BF16 => MatrixElement.BF16,
        PtxType.TF32 => MatrixElement.TF32,
        PtxType.F32 => MatrixElement.F32,
        PtxType.F64 => MatrixElement.F64,
        PtxType.S8 => MatrixElement.S8,
        PtxType.U8 => MatrixElement.U8,
        PtxType.S32 => MatrixElement.S32,
        _ => throw UnsupportedType(),
    };
}
