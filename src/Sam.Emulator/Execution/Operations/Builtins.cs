using System.Globalization;
using System.Numerics;
using System.Text;
using Sam.Emulator.Execution.Accesses;

namespace Sam.Emulator.Execution.Operations;

/// <summary>The functions that device code calls and that no text defines: printing, assertions, the heap.</summary>
internal static unsafe class Builtins
{
    private const int MaxText = 1 << 16;

    /// <summary>The routine of an external function; null when there is none.</summary>
    public static delegate*<Warp, Instruction*, void> Find(string name) => name switch
    {
        "vprintf" => &Print,
        "__assertfail" => &AssertFail,
        "malloc" => &Allocate,
        "free" => &Free,
        _ => null,
    };

    /// <summary>The number of values that an external function takes.</summary>
    public static int Arguments(string name) => name switch
    {
        "vprintf" => 2,
        "__assertfail" => 5,
        _ => 1,
    };

    private static void Print(Warp warp, Instruction* i)
    {
        TextWriter? writer = warp.Block.Launch.Printf;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            string text = Text(warp, lane, Argument(warp, i, 0, lane));
            string line = Format(warp, lane, text, Argument(warp, i, 1, lane), out int count);
            if (writer is not null)
            {
                lock (writer)
                {
                    writer.Write(line);
                }
            }

            Result(warp, i, lane, (ulong)count, 4);
        }
    }

    private static void AssertFail(Warp warp, Instruction* i)
    {
        int lane = BitOperations.TrailingZeroCount(warp.Mask);
        string message = Text(warp, lane, Argument(warp, i, 0, lane));
        string file = Text(warp, lane, Argument(warp, i, 1, lane));
        uint line = (uint)Argument(warp, i, 2, lane);
        string function = Text(warp, lane, Argument(warp, i, 3, lane));
        throw warp.Block.Fault(warp, DeviceFaultKind.Assert, lane, $"{file}:{line}: {function}: '{message}' does not hold");
    }

    private static void Allocate(Warp warp, Instruction* i)
    {
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong bytes = Argument(warp, i, 0, lane);
            ulong address = bytes is 0 or > 1ul << 40 ? 0
                : warp.Block.Launch.Memory.Allocate((long)bytes, 16, $"malloc in {warp.Block.Image.Kernel.Name}");
            Result(warp, i, lane, address, 8);
        }
    }

    private static void Free(Warp warp, Instruction* i)
    {
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong address = Argument(warp, i, 0, lane);
            if (address == 0)
            {
                continue;
            }

            if (!warp.Block.Launch.Memory.TryFind(address, out AllocationInfo? info) || info.Address != address)
            {
                throw warp.Block.Fault(warp, DeviceFaultKind.UseAfterFree, lane, $"free of 0x{address:x}, where no allocation starts",
                    address, 0, null, 0);
            }

            warp.Block.Launch.Memory.Free(address);
        }
    }

    private static ulong Argument(Warp warp, Instruction* i, int k, int lane) =>
        *(ulong*)(warp.CurrentFrame.Parameters(lane) + i->List[1 + k]);

    private static void Result(Warp warp, Instruction* i, int lane, ulong value, int bytes)
    {
        if (i->ListCount > 1 + i->List[0])
        {
            Buffer.MemoryCopy(&value, warp.CurrentFrame.Parameters(lane) + i->List[1 + i->List[0]], bytes, bytes);
        }
    }

    /// <summary>The host place of bytes at a generic address.</summary>
    private static byte* Place(Warp warp, int lane, ulong address, int bytes)
    {
        Block block = warp.Block;
        switch (address & Windows.Mask)
        {
            case Windows.Shared when address - Windows.Shared + (ulong)bytes <= (ulong)block.SharedBytes:
                return block.Shared + (address - Windows.Shared);
            case Windows.Local when address - Windows.Local + (ulong)bytes <= (ulong)block.LocalBytes:
                return block.LocalMemory(warp, lane) + (address - Windows.Local);
            case 0 when block.Launch.Memory.TryFind(address, out AllocationInfo? info) && address + (ulong)bytes <= info.End:
                return (byte*)address;
            default:
                warp.Addresses[lane] = address;
                throw Faults.OutOfBounds(warp, lane, bytes, AccessKind.Load);
        }
    }

    private static string Text(Warp warp, int lane, ulong address)
    {
        if (address == 0)
        {
            return "(null)";
        }

        var bytes = new List<byte>();
        for (ulong at = address; bytes.Count < MaxText; at++)
        {
            byte b = *Place(warp, lane, at, 1);
            if (b == 0)
            {
                break;
            }

            bytes.Add(b);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string Format(Warp warp, int lane, string format, ulong arguments, out int count)
    {
        var text = new StringBuilder();
        count = 0;
        ulong at = arguments;
        for (int k = 0; k < format.Length; k++)
        {
            if (format[k] != '%')
            {
                text.Append(format[k]);
                continue;
            }

            if (++k < format.Length && format[k] == '%')
            {
                text.Append('%');
                continue;
            }

            var specifier = new PrintSpecifier();
            while (k < format.Length && specifier.Take(format[k], () => (int)Next(warp, lane, ref at, 4)))
            {
                k++;
            }

            if (k >= format.Length)
            {
                break;
            }

            char kind = format[k];
            count++;
            text.Append(kind switch
            {
                's' => specifier.Pad(specifier.Cut(Text(warp, lane, Next(warp, lane, ref at, 8)))),
                'c' => specifier.Pad(((char)(byte)Next(warp, lane, ref at, 4)).ToString()),
                'p' => specifier.Pad("0x" + Next(warp, lane, ref at, 8).ToString("x", CultureInfo.InvariantCulture)),
                'd' or 'i' => specifier.Signed(specifier.IsLong ? (long)Next(warp, lane, ref at, 8) : (int)Next(warp, lane, ref at, 4)),
                'u' or 'x' or 'X' or 'o' => specifier.Unsigned(Next(warp, lane, ref at, specifier.IsLong ? 8 : 4), kind),
                _ => specifier.Real(BitConverter.UInt64BitsToDouble(Next(warp, lane, ref at, 8)), kind),
            });
        }

        return text.ToString();
    }

    private static ulong Next(Warp warp, int lane, ref ulong at, int bytes)
    {
        at = (at + (ulong)bytes - 1) & ~((ulong)bytes - 1);
        byte* place = Place(warp, lane, at, bytes);
        at += (ulong)bytes;
        return bytes == 8 ? *(ulong*)place : *(uint*)place;
    }
}
