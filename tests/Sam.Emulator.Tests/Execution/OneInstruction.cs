using System.Text;

namespace Sam.Emulator.Tests.Execution;

/// <summary>Runs one instruction on many operands: $d, $e are results, $a, $b, $c sources, each of a width in bits (1 for
/// predicates).</summary>
internal static class OneInstruction
{
    /// <summary>Runs the text for each tuple of operands and returns the results, the second one in the upper half when there are
    /// two.</summary>
    public static ulong[] Run(string text, int d, int a, int b, int c, IReadOnlyList<(ulong A, ulong B, ulong C)> operands,
        string declarations = "")
    {
        using var machine = new Machine(Kernel(text, d, a, b, c, declarations));
        ulong inA = machine.New<ulong>([.. operands.Select(o => o.A)]);
        ulong inB = machine.New<ulong>([.. operands.Select(o => o.B)]);
        ulong inC = machine.New<ulong>([.. operands.Select(o => o.C)]);
        ulong result = machine.New<ulong>(new ulong[operands.Count]);
        machine.Launch("k", new Dim3((operands.Count + 63) / 64), new Dim3(64), result, inA, inB, inC, operands.Count);
        return machine.View<ulong>(result, operands.Count).ToArray();
    }

    /// <summary>The text of a kernel around the instruction.</summary>
    public static string Kernel(string text, int d, int a, int b, int c, string declarations)
    {
        var ptx = new StringBuilder(".version 8.4\n.target sm_90\n.address_size 64\n");
        ptx.Append(".visible .entry k(.param .u64 pd, .param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u32 pn)\n{\n");
        ptx.Append(".reg .pred %done, %xd, %xa, %xb, %xc;\n.reg .b32 %t<8>;\n.reg .b64 %m<8>;\n.reg .b64 %y<5>;\n").Append(declarations).Append('\n');
        (char, int)[] registers = [('d', d), ('a', a), ('b', b), ('c', c)];
        foreach ((char name, int width) in registers)
        {
            if (width > 1)
            {
                ptx.Append($".reg .b{width} %x{name}v;\n");
            }
        }

        ptx.Append("mov.u32 %t0, %ctaid.x; mov.u32 %t1, %ntid.x; mov.u32 %t2, %tid.x; mad.lo.s32 %t3, %t0, %t1, %t2;\n");
        ptx.Append("ld.param.u32 %t4, [pn]; setp.ge.s32 %done, %t3, %t4; @%done bra $END;\nmul.wide.s32 %m0, %t3, 8;\n");
        int k = 1;
        foreach ((char name, int width) in registers)
        {
            ptx.Append($"ld.param.u64 %m{k}, [p{name}]; cvta.to.global.u64 %m{k}, %m{k}; add.s64 %m{k}, %m{k}, %m0;\n");
            if (name != 'd' && width > 1)
            {
                ptx.Append($"ld.global.b{width} %x{name}v, [%m{k}];\n");
            }
            else if (name != 'd' && width == 1)
            {
                ptx.Append($"ld.global.b32 %t5, [%m{k}]; setp.ne.s32 %x{name}, %t5, 0;\n");
            }

            k++;
        }

        foreach ((char name, int width) in registers)
        {
            text = text.Replace("$" + name, width == 1 ? "%x" + name : $"%x{name}v", StringComparison.Ordinal);
        }

        ptx.Append(text).Append('\n');
        ptx.Append(d == 1 ? "selp.b32 %t6, 1, 0, %xd; cvt.u64.u32 %m5, %t6; st.global.b64 [%m1], %m5;\n"
            : $"st.global.b{d} [%m1], %xdv;\n");
        return ptx.Append("$END: ret;\n}\n").ToString();
    }

    /// <summary>Pairs and triples of interesting and random values of a width.</summary>
    public static List<(ulong A, ulong B, ulong C)> Integers(int width, int count = 300)
    {
        ulong mask = width == 64 ? ulong.MaxValue : (1ul << width) - 1;
        ulong[] special = [0, 1, 2, mask, mask - 1, mask >> 1, (mask >> 1) + 1, 31, 32, 33, 63, 64, 0x5555555555555555 & mask];
        return Mix(special, count, random => (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 20) & mask);
    }

    /// <summary>Tuples of interesting and random floats.</summary>
    public static List<(ulong A, ulong B, ulong C)> Floats(int count = 600)
    {
        float[] special =
        [
            0f, -0f, 1f, -1f, 1.5f, 0.5f, 3f, -3.5f, 2.5f, float.Epsilon, -float.Epsilon, 1.1754944e-38f, -1.1754942e-38f, float.MaxValue,
                float.MinValue,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN, 16777216f, 1.0000001f, 0.99999994f, 8388609f, 2147483648f,
                -2147483648f, 4294967296f, 9.223372e18f,
        ];
        return Mix([.. special.Select(x => (ulong)BitConverter.SingleToUInt32Bits(x))], count, random => random.Next(3) switch
        {
            0 => (uint)random.NextInt64(),
            1 => BitConverter.SingleToUInt32Bits((float)((random.NextDouble() - 0.5) * 8)),
            _ => BitConverter.SingleToUInt32Bits(MathF.ScaleB((float)random.NextDouble() + 1,
                random.Next(-30, 30)) * (random.Next(2) * 2 - 1)),
        });
    }

    /// <summary>Tuples of interesting and random doubles.</summary>
    public static List<(ulong A, ulong B, ulong C)> Doubles(int count = 500)
    {
        double[] special =
        [
            0, -0.0, 1, -1, 1.5, 3, double.Epsilon, -double.Epsilon, 2.2250738585072014E-308, double.MaxValue, double.MinValue,
                double.PositiveInfinity,
            double.NegativeInfinity, double.NaN, 9007199254740993, 1.0000000000000002, 0.1, 1e-300, 1e300, 2147483647.5, -2147483648.5,
                9.2233720368547758e18, 0.5, 2.5,
        ];
        return Mix([.. special.Select(BitConverter.DoubleToUInt64Bits)], count, random => random.Next(3) switch
        {
            0 => (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 32),
            1 => BitConverter.DoubleToUInt64Bits((random.NextDouble() - 0.5) * 8),
            _ => BitConverter.DoubleToUInt64Bits(Math.ScaleB(random.NextDouble() + 1, random.Next(-60, 60)) * ((random.Next(2) * 2) - 1)),
        });
    }

    /// <summary>Tuples of interesting and random 16-bit patterns.</summary>
    public static List<(ulong A, ulong B, ulong C)> Halves(int count = 600)
    {
        ulong[] special = [0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0x3555, 0x0080,
            0x3F80, 0x7F7F, 0x7F80, 0xFF80];
        return Mix(special, count, random => (ulong)random.Next(0x10000));
    }

    private static List<(ulong A, ulong B, ulong C)> Mix(ulong[] special, int count, Func<Random, ulong> draw)
    {
        var random = new Random(12345);
        var tuples = new List<(ulong, ulong, ulong)>();
        foreach (ulong a in special)
        {
            foreach (ulong b in special)
            {
                tuples.Add((a, b, special[random.Next(special.Length)]));
            }
        }

        for (int k = 0; k < count; k++)
        {
            tuples.Add((draw(random), draw(random), draw(random)));
        }

        return tuples;
    }
}
