using System.Numerics;

namespace Sam.Emulator.Tests.Execution;

/// <summary>Whole-number instructions against their definitions, in unbounded arithmetic.</summary>
public sealed class IntegerInstructionTests
{
    private delegate BigInteger Truth(BigInteger a, BigInteger b, BigInteger c);

    public static TheoryData<string> Names => [.. Table.Select(static row => row.Text)];

    private static readonly (string Text, int Width, bool Signed, int Result, Truth Truth)[] Table =
    [
        .. Widths("add", (a, b, c) => a + b), .. Widths("sub", (a, b, c) => a - b), .. Widths("mul.lo", (a, b, c) => a * b),
        .. Widths("div", Divide, skipZero: true), .. Widths("rem", (a, b, c) => b.IsZero ? a : BigInteger.Remainder(a, b), skipZero: true),
        .. Widths("min", (a, b, c) => BigInteger.Min(a, b)), .. Widths("max", (a, b, c) => BigInteger.Max(a, b)),
        .. Widths("mad.lo", (a, b, c) => (a * b) + c, 3), .. Widths("sad", (a, b, c) => BigInteger.Abs(a - b) + c, 3),
        .. HighParts(), .. WideParts(),
        ("add.sat.s32 $d, $a, $b;", 32, true, 32, (a, b, c) => Clamp(a + b)),
            ("sub.sat.s32 $d, $a, $b;", 32, true, 32, (a, b, c) => Clamp(a - b)),
        ("mad.hi.sat.s32 $d, $a, $b, $c;", 32, true, 32, (a, b, c) => Clamp(((a * b) >> 32) + c)),
        ("neg.s32 $d, $a;", 32, true, 32, (a, b, c) => -a), ("neg.s64 $d, $a;", 64, true, 64, (a, b, c) => -a),
            ("neg.s16 $d, $a;", 16, true, 16, (a, b, c) => -a),
        ("abs.s32 $d, $a;", 32, true, 32, (a, b, c) => BigInteger.Abs(a)),
            ("abs.s64 $d, $a;", 64, true, 64, (a, b, c) => BigInteger.Abs(a)),
        ("and.b32 $d, $a, $b;", 32, false, 32, (a, b, c) => a & b), ("or.b32 $d, $a, $b;", 32, false, 32, (a, b, c) => a | b),
        ("xor.b32 $d, $a, $b;", 32, false, 32, (a, b, c) => a ^ b), ("and.b64 $d, $a, $b;", 64, false, 64, (a, b, c) => a & b),
        ("or.b64 $d, $a, $b;", 64, false, 64, (a, b, c) => a | b), ("xor.b64 $d, $a, $b;", 64, false, 64, (a, b, c) => a ^ b),
        ("and.b16 $d, $a, $b;", 16, false, 16, (a, b, c) => a & b), ("not.b16 $d, $a;", 16, false, 16, (a, b, c) => 0xFFFF - a),
        ("not.b32 $d, $a;", 32, false, 32, (a, b, c) => uint.MaxValue - a),
            ("not.b64 $d, $a;", 64, false, 64, (a, b, c) => ulong.MaxValue - a),
        ("cnot.b32 $d, $a;", 32, false, 32, (a, b, c) => a.IsZero ? 1 : 0),
        ("shl.b32 $d, $a, 5;", 32, false, 32, (a, b, c) => a << 5), ("shl.b64 $d, $a, 37;", 64, false, 64, (a, b, c) => a << 37),
        ("shr.u32 $d, $a, 7;", 32, false, 32, (a, b, c) => a >> 7), ("shr.s32 $d, $a, 31;", 32, true, 32, (a, b, c) => a >> 31),
        ("shr.u64 $d, $a, 9;", 64, false, 64, (a, b, c) => a >> 9), ("shr.s64 $d, $a, 60;", 64, true, 64, (a, b, c) => a >> 60),
        ("shl.b32 $d, $a, $b;", 32, false, 32, (a, b, c) => b > 31 ? 0 : a << (int)b),
            ("shr.u32 $d, $a, $b;", 32, false, 32, (a, b, c) => b > 31 ? 0 : a >> (int)b),
        ("{ .reg .b32 n; shr.u32 n, $b, 0; shr.s32 $d, $a, n; }", 32, true, 32, (a, b, c) => a >> (b < 0 || b > 31 ? 32 : (int)b)),
        ("popc.b32 $d, $a;", 32, false, 32, (a, b, c) => BitOperations.PopCount((uint)a)),
            ("popc.b64 $d, $a;", 64, false, 32, (a, b, c) => BitOperations.PopCount((ulong)a)),
        ("clz.b32 $d, $a;", 32, false, 32, (a, b, c) => 32 - (int)a.GetBitLength()),
            ("clz.b64 $d, $a;", 64, false, 32, (a, b, c) => 64 - (int)a.GetBitLength()),
        ("brev.b32 $d, $a;", 32, false, 32, (a, b, c) => Reverse(a, 32)), ("brev.b64 $d, $a;", 64, false, 64, (a, b, c) => Reverse(a, 64)),
        ("bfind.u32 $d, $a;", 32, false, 32, (a, b, c) => a.IsZero ? uint.MaxValue : (int)a.GetBitLength() - 1),
        ("bfind.shiftamt.u32 $d, $a;", 32, false, 32, (a, b, c) => a.IsZero ? uint.MaxValue : 32 - (int)a.GetBitLength()),
        ("bfind.s32 $d, $a;", 32, true, 32, (a, b, c) =>
            (a < 0 ? -a - 1 : a) is { IsZero: false } x ? (int)x.GetBitLength() - 1 : uint.MaxValue),
        ("bfe.u32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) => (a >> (int)(b & 255)) & ((BigInteger.One << (int)(c & 255)) - 1)),
        ("lop3.b32 $d, $a, $b, $c, 0xE8;", 32, false, 32, (a, b, c) => (a & b) | (a & c) | (b & c)),
            ("lop3.b32 $d, $a, $b, $c, 0x96;", 32, false, 32, (a, b, c) => a ^ b ^ c),
        ("shf.l.wrap.b32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) => ((b << 32 | a) << (int)(c & 31)) >> 32),
        ("shf.r.wrap.b32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) => (b << 32 | a) >> (int)(c & 31)),
        ("shf.l.clamp.b32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) => ((b << 32 | a) << (int)BigInteger.Min(c, 32)) >> 32),
        ("prmt.b32 $d, $a, $b, 0x7531;", 32, false, 32, (a, b, c) =>
            Pick(a, 1) | (Pick(a, 3) << 8) | (Pick(b, 1) << 16) | (Pick(b, 3) << 24)),
        ("prmt.b32 $d, $a, $b, 0x0c88;", 32, false, 32, (a, b, c) =>
            (Pick(a, 0) >= 128 ? 0xFFFF : 0) | (Pick(b, 0) >= 128 ? 0xFF0000 : 0) | (Pick(a, 0) << 24)),
        ("mul24.lo.u32 $d, $a, $b;", 32, false, 32, (a, b, c) => (a & 0xFFFFFF) * (b & 0xFFFFFF)),
        ("mul24.hi.u32 $d, $a, $b;", 32, false, 32, (a, b, c) => ((a & 0xFFFFFF) * (b & 0xFFFFFF)) >> 16),
        ("mad24.lo.u32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) => ((a & 0xFFFFFF) * (b & 0xFFFFFF)) + c),
        ("mad24.hi.u32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) => (((a & 0xFFFFFF) * (b & 0xFFFFFF)) >> 16) + c),
        ("dp4a.u32.u32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) =>
            c + Enumerable.Range(0, 4).Aggregate(BigInteger.Zero, (s, k) => s + (Pick(a, k) * Pick(b, k)))),
        ("dp4a.s32.s32 $d, $a, $b, $c;", 32, false, 32, (a, b, c) =>
            c + Enumerable.Range(0, 4).Aggregate(BigInteger.Zero, (s, k) => s + ((sbyte)(byte)Pick(a, k) * (sbyte)(byte)Pick(b, k)))),
        ("add.cc.u32 $d, $a, $b; addc.u32 $d, 0, 0;", 32, false, 32, (a, b, c) => (a + b) >> 32),
        ("sub.cc.u32 $d, $a, $b; subc.u32 $d, $c, 0;", 32, false, 32, (a, b, c) => c - (a < b ? 1 : 0)),
        ("mad.lo.cc.u32 $d, $a, $b, $c; madc.hi.u32 $d, $a, $b, 7;", 32, false, 32, (a, b, c) =>
            ((a * b) >> 32) + 7 + ((((a * b) & uint.MaxValue) + c) >> 32)),
        ("{ .reg .b32 l, h; mov.b64 {l, h}, $a; mov.b64 $d, {h, l}; }", 64, false, 64, (a, b, c) =>
            (a >> 32) | ((a & uint.MaxValue) << 32)),
        ("cvt.s32.s16 $d, %h;", 32, true, 32, (a, b, c) => (short)(ushort)(a & 0xFFFF)),
            ("cvt.u32.u16 $d, %h;", 32, false, 32, (a, b, c) => a & 0xFFFF),
        ("cvt.s64.s32 $d, $a;", 32, true, 64, (a, b, c) => a), ("cvt.u64.u32 $d, $a;", 32, false, 64, (a, b, c) => a),
        ("cvt.u32.u64 $d, $a;", 64, false, 32, (a, b, c) => a), ("cvt.sat.s32.s64 $d, $a;", 64, true, 32, (a, b, c) => Clamp(a)),
        ("cvt.sat.u32.s64 $d, $a;", 64, true, 32, (a, b, c) => BigInteger.Max(0, BigInteger.Min(uint.MaxValue, a))),
        ("cvt.s64.s32 $d, $a; // wide", 64, false, 64, (a, b, c) => (int)(uint)(a & uint.MaxValue)),
        ("cvt.u64.u32 $d, $a; // wide", 64, false, 64, (a, b, c) => a & uint.MaxValue),
        ("cvt.s32.s16 $d, $a; // wide", 64, false, 32, (a, b, c) => (short)(ushort)(a & 0xFFFF)),
        ("cvt.u64.u8 $d, $a; // wide", 64, false, 64, (a, b, c) => a & 255),
        ("cvt.s64.s8 $d, $a; // wide", 64, false, 64, (a, b, c) => (sbyte)(byte)(a & 255)),
        ("cvt.s8.s32 $d, $a; // wide", 64, false, 32, (a, b, c) => (sbyte)(byte)(a & 255)),
        ("cvt.s8.s32 $d, $a;", 32, true, 32, (a, b, c) => (sbyte)(byte)(a & 255)),
            ("cvt.u8.u32 $d, $a;", 32, false, 32, (a, b, c) => a & 255),
        ("cvt.sat.u8.s32 $d, $a;", 32, true, 32, (a, b, c) => BigInteger.Max(0, BigInteger.Min(255, a))),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Instruction_GivesWhatItsDefinitionSays(string text)
    {
        (_, int width, bool signed, int result, Truth truth) = Array.Find(Table, row => row.Text == text);
        List<(ulong A, ulong B, ulong C)> operands = OneInstruction.Integers(width);
        if (text.StartsWith("div", StringComparison.Ordinal) || text.StartsWith("rem", StringComparison.Ordinal))
        {
            ulong mask = width == 64 ? ulong.MaxValue : (1ul << width) - 1;
            operands.RemoveAll(o => (o.B & mask) == 0);
        }

        // Shifts and fields by huge counts are left to the counts among the operands.
        if (text.StartsWith("bfe", StringComparison.Ordinal))
        {
            operands = [.. operands.Select(o => (o.A, o.B % 40, o.C % 40))];
        }

        string code = text.Contains("%h", StringComparison.Ordinal) ? "cvt.u16.u32 %h, $a; " + text : text;
        int sourceC = text.Contains("mad.wide", StringComparison.Ordinal) ? result : width;
        ulong[] results = OneInstruction.Run(code, result, width, width, sourceC, operands, ".reg .b16 %h;");
        ulong mask2 = result == 64 ? ulong.MaxValue : (1ul << result) - 1;
        for (int k = 0; k < results.Length; k++)
        {
            (ulong a, ulong b, ulong c) = operands[k];
            ulong expected = (ulong)(truth(Value(a, width, signed), Value(b, width, signed), Value(c, sourceC, signed)) & mask2);
            Assert.True(expected == (results[k] & mask2), $"{text} a={a:x} b={b:x} c={c:x}: {results[k]:x}, expected {expected:x}");
        }
    }

    [Theory]
    [InlineData("eq")]
    [InlineData("ne")]
    [InlineData("lt")]
    [InlineData("le")]
    [InlineData("gt")]
    [InlineData("ge")]
    public void Comparison_HoldsWhereItsDefinitionSays(string comparison)
    {
        foreach (string type in (string[])["s16", "u16", "s32", "u32", "s64", "u64"])
        {
            int width = int.Parse(type[1..]);
            List<(ulong A, ulong B, ulong C)> operands = OneInstruction.Integers(width, 200);
            ulong[] results = OneInstruction.Run($"setp.{comparison}.{type} $d, $a, $b;", 1, width, width, width, operands);
            for (int k = 0; k < results.Length; k++)
            {
                int order = Value(operands[k].A, width, type[0] == 's').CompareTo(Value(operands[k].B, width, type[0] == 's'));
                bool expected = comparison switch
                {
                    "eq" => order == 0,
                    "ne" => order != 0,
                    "lt" => order < 0,
                    "le" => order <= 0,
                    "gt" =>
                    order > 0,
                    _ => order >= 0
                };
                Assert.True(expected == (results[k] != 0), $"{comparison}.{type} {operands[k]}");
            }
        }
    }

    private static BigInteger Value(ulong bits, int width, bool signed)
    {
        BigInteger value = bits & (width == 64 ? ulong.MaxValue : (1ul << width) - 1);
        return signed && value >= BigInteger.One << (width - 1) ? value - (BigInteger.One << width) : value;
    }

    private static BigInteger Divide(BigInteger a, BigInteger b, BigInteger c) => BigInteger.Divide(a, b);

    private static BigInteger Clamp(BigInteger x) => BigInteger.Max(int.MinValue, BigInteger.Min(int.MaxValue, x));

    private static BigInteger Pick(BigInteger x, int k) => (x >> (8 * k)) & 255;

    private static BigInteger Reverse(BigInteger x, int width)
    {
        BigInteger result = 0;
        for (int k = 0; k < width; k++)
        {
            result = (result << 1) | ((x >> k) & 1);
        }

        return result;
    }

    private static IEnumerable<(string, int, bool, int, Truth)> Widths(string name, Truth truth, int sources = 2, bool skipZero = false)
    {
        _ = skipZero;
        foreach (string type in (string[])["s16", "u16", "s32", "u32", "s64", "u64"])
        {
            int width = int.Parse(type[1..]);
            yield return ($"{name}.{type} $d, $a, $b{(sources == 3 ? ", $c" : "")};", width, type[0] == 's', width, truth);
        }
    }

    private static IEnumerable<(string, int, bool, int, Truth)> HighParts()
    {
        foreach (string type in (string[])["s16", "u16", "s32", "u32", "s64", "u64"])
        {
            int width = int.Parse(type[1..]);
            yield return ($"mul.hi.{type} $d, $a, $b;", width, type[0] == 's', width, (a, b, c) => (a * b) >> width);
            yield return ($"mad.hi.{type} $d, $a, $b, $c;", width, type[0] == 's', width, (a, b, c) => ((a * b) >> width) + c);
        }
    }

    private static IEnumerable<(string, int, bool, int, Truth)> WideParts()
    {
        foreach (string type in (string[])["s16", "u16", "s32", "u32"])
        {
            int width = int.Parse(type[1..]);
            yield return ($"mul.wide.{type} $d, $a, $b;", width, type[0] == 's', width * 2, (a, b, c) => a * b);
            yield return ($"mad.wide.{type} $d, $a, $b, $c;", width, type[0] == 's', width * 2, (a, b, c) => (a * b) + c);
        }
    }
}
