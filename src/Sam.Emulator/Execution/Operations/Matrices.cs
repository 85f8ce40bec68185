using System.Numerics;
using Sam.Emulator.Execution.Accesses;
using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Matrix instructions: products over a whole warp, and the loads and stores of their operands.</summary>
/// <remarks>Products of reals are exact; their sum with c is made in double precision and rounded once, which is at least as close as a
/// device,
/// whose order of summation PTX leaves open. Sums of integers are exact and wrap, or are clamped.</remarks>
internal static unsafe class Matrices
{
    /// <summary>d = a * b + c. The list holds the registers of d, a, b, c in turn.</summary>
    public static void Multiply(Warp warp, Instruction* i)
    {
        MatrixForm form = warp.CurrentFrame.Function.Matrices[i->Target];
        int m = form.A.Rows;
        int k = form.A.Columns;
        int n = form.B.Columns;
        double[] a = new double[m * k];
        double[] b = new double[k * n];
        double[] c = new double[m * n];
        int* d = i->List;
        int* next = d + form.D.Registers;
        Gather(warp, form.A, next, a);
        next += form.A.Registers;
        Gather(warp, form.B, next, b);
        next += form.B.Registers;
        Gather(warp, form.C, next, c);
        bool integers = form.D.Element == MatrixElement.S32;
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                double sum = 0;
                for (int inner = 0; inner < k; inner++)
                {
                    sum += a[(row * k) + inner] * b[(inner * n) + column];
                }

                sum += c[(row * n) + column];
                if (integers)
                {
                    sum = form.Saturate ? Math.Clamp(sum, int.MinValue, int.MaxValue) : (int)(long)sum;
                }

                c[(row * n) + column] = sum;
            }
        }

        Scatter(warp, form.D, d, c);
    }

    /// <summary>Loads an operand. A is the address, B the register of the stride or -1, mode bit 30 says that memory is by
    /// columns.</summary>
    public static void Load(Warp warp, Instruction* i)
    {
        MatrixOperand operand = warp.CurrentFrame.Function.Operands[i->Target];
        Access(warp, i, operand, AccessKind.Load);
    }

    /// <summary>Stores an operand.</summary>
    public static void Store(Warp warp, Instruction* i)
    {
        MatrixOperand operand = warp.CurrentFrame.Function.Operands[i->Target];
        Access(warp, i, operand, AccessKind.Store);
    }

    /// <summary>The mode bit of matrices that lie in memory column by column.</summary>
    public const int ByColumns = 1 << 30;

    /// <summary>Loads 8 by 8 matrices of 16-bit elements whose rows' addresses the lanes hold. The immediate is added; mode bit 30
    /// transposes.</summary>
    public static void LoadRows(Warp warp, Instruction* i)
    {
        int count = i->ListCount;
        uint mask = warp.Mask;
        bool transpose = (i->Mode & ByColumns) != 0;
        warp.Mask = count == 4 ? uint.MaxValue : (1u << (8 * count)) - 1;
        Accesses.Access.Resolve(warp, i, 16, AccessKind.Load);
        ushort* rows = stackalloc ushort[Lane.Count * 8];
        for (int row = 0; row < 8 * count; row++)
        {
            Buffer.MemoryCopy((void*)warp.Addresses[row], rows + (row * 8), 16, 16);
        }

        warp.Mask = mask;
        for (int matrix = 0; matrix < count; matrix++)
        {
            uint* d = (uint*)(warp.Frame + i->List[matrix]);
            ushort* elements = rows + (matrix * 64);
            for (int lane = 0; lane < Lane.Count; lane++)
            {
                int major = lane / 4;
                int minor = lane % 4 * 2;
                uint low = transpose ? elements[(minor * 8) + major] : elements[(major * 8) + minor];
                uint high = transpose ? elements[((minor + 1) * 8) + major] : elements[(major * 8) + minor + 1];
                d[lane] = low | (high << 16);
            }
        }
    }

    private static void Access(Warp warp, Instruction* i, MatrixOperand operand, AccessKind kind)
    {
        ulong* bases = stackalloc ulong[Lane.Count];
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            bases[lane] = i->A < 0 ? 0 : (i->Mode & AccessModes.Narrow) != 0 ? Lane.Read<uint>(warp.Frame + i->A, lane)
                : Lane.Read<ulong>(warp.Frame + i->A, lane);
        }

        bool byColumns = (i->Mode & ByColumns) != 0;
        byte* scratch = stackalloc byte[Lane.Wide + 64];
        byte* aligned = (byte*)(((nint)scratch + 63) & ~63);
        for (int e = 0; e < operand.PerLane; e++)
        {
            for (int lane = 0; lane < Lane.Count; lane++)
            {
                (int row, int column) = operand.Place(lane, e);
                long stride = i->B >= 0 ? Lane.Read<uint>(warp.Frame + i->B, lane) : byColumns ? operand.Rows : operand.Columns;
                long index = byColumns ? (column * stride) + row : (row * stride) + column;
                ((ulong*)aligned)[lane] = bases[lane] + (ulong)(index * operand.MemoryBytes);
            }

            // The addresses of this element form a register of their own, outside the frame.
            Instruction one = *i;
            one.A = 0;
            one.Mode = i->Mode & ~(AccessModes.Narrow | ByColumns);
            byte* frame = warp.Frame;
            warp.Frame = aligned;
            Accesses.Access.Resolve(warp, &one, operand.MemoryBytes, kind);
            warp.Frame = frame;
            Transfer(warp, i, operand, e, kind);
        }
    }

    private static void Transfer(Warp warp, Instruction* i, MatrixOperand operand, int e, AccessKind kind)
    {
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            byte* place = (byte*)warp.Addresses[lane];
            byte* register = RegisterPlace(warp, operand, i->List, lane, e);
            int bytes = operand.MemoryBytes;
            if (kind == AccessKind.Load)
            {
                Buffer.MemoryCopy(place, register, bytes, bytes);
            }
            else
            {
                Buffer.MemoryCopy(register, place, bytes, bytes);
            }
        }
    }

    /// <summary>The bytes of an element in the registers of a lane.</summary>
    private static byte* RegisterPlace(Warp warp, MatrixOperand operand, int* list, int lane, int e)
    {
        int bytes = operand.MemoryBytes;
        if (bytes == 8)
        {
            return warp.Frame + list[e] + (lane * 8);
        }

        int perRegister = 4 / bytes;
        return warp.Frame + list[e / perRegister] + (lane * 4) + (e % perRegister * bytes);
    }

    private static void Gather(Warp warp, MatrixOperand operand, int* list, double[] values)
    {
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            for (int e = 0; e < operand.PerLane; e++)
            {
                byte* place = RegisterPlace(warp, operand, list, lane, e);
                (int row, int column) = operand.Place(lane, e);
                values[(row * operand.Columns) + column] = operand.Element switch
                {
                    MatrixElement.F16 => Float16.Decode(*(ushort*)place),
                    MatrixElement.BF16 => BFloat16.Decode(*(ushort*)place),
                    MatrixElement.TF32 => BitConverter.UInt32BitsToSingle(*(uint*)place & 0xFFFFE000),
                    MatrixElement.F32 => *(float*)place,
                    MatrixElement.F64 => *(double*)place,
                    MatrixElement.S8 => *(sbyte*)place,
                    MatrixElement.U8 => *place,
                    _ => *(int*)place,
                };
            }
        }
    }

    private static void Scatter(Warp warp, MatrixOperand operand, int* list, double[] values)
    {
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            for (int e = 0; e < operand.PerLane; e++)
            {
                byte* place = RegisterPlace(warp, operand, list, lane, e);
                (int row, int column) = operand.Place(lane, e);
                double value = values[(row * operand.Columns) + column];
                switch (operand.Element)
                {
                    case MatrixElement.F16:
                        *(ushort*)place = Float16.Encode(value, RoundingMode.Nearest);
                        break;
                    case MatrixElement.F64:
                        *(double*)place = value;
                        break;
                    case MatrixElement.S32:
                        *(int*)place = (int)value;
                        break;
                    default:
                        *(float*)place = Rounding.Finish((float)value, 0);
                        break;
                }
            }
        }
    }
}
