using System.Text;
using CsCheck;

namespace Sam.Emulator.Tests.Ptx;

public sealed class ParserTests
{
    private const string Head = ".version 8.0\n.target sm_80\n.address_size 64\n";

    [Fact]
    public void Kernel_ShowsItsShape()
    {
        PtxModule module = Parse(Head + """
            .extern .shared .align 16 .b8 tail[];
            .shared .align 8 .b8 unused[4096];
            .visible .entry k(.param .u64 p, .param .f32 x, .param .align 8 .b8 s[24], .param .u8 c)
            .maxntid 128, 2, 1
            .minnctapersm 3
            { .shared .align 4 .b8 room[100]; .local .align 16 .b8 depot[40]; .reg .b32 %r<3>; .reg .b64 %rd<2>;
              mov.u32 %r1, room; mov.u32 %r2, tail; mov.u64 %rd1, depot; ret; }
            """);
        PtxKernel kernel = Assert.Single(module.Kernels);
        Assert.Equal([0, 8, 16, 40], kernel.Parameters.Select(p => p.Offset));
        Assert.Equal(41, kernel.ParameterBytes);
        Assert.Equal(100, kernel.StaticSharedBytes);
        Assert.Equal(48, kernel.LocalBytesPerThread);
        Assert.Equal(256, kernel.MaxThreads);
        Assert.Equal(3, kernel.MinBlocksPerMultiprocessor);
        Assert.Equal(80, module.TargetArchitecture);
        Assert.Equal(new Version(8, 0), module.IsaVersion);
    }

    [Fact]
    public void LineInformation_WithInlinedCallsAndStringSection_Loads()
    {
        using var machine = new Machine(Head + """
            .visible .entry k()
            {
            .loc 1 5 3
            .loc 1 7 9, function_name $L__info_string0, inlined_at 1 5 3
            trap;
            ret;
            }
            .file 1 "one.cu"
            .section .debug_str
            {
            $L__info_string0:
            .b8 95,90,0
            }
            """);
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => machine.Launch("k", new Dim3(1), new Dim3(1)));
        Assert.Equal(("one.cu", 7), (fault.SourceFile, fault.SourceLine));
    }

    [Fact]
    public void EveryInstructionOfThePublicKernels_Loads()
    {
        PtxModule module = Parse(Machine.Text("opcodes"));
        Assert.NotNull(module.FindKernel("opcodes"));
    }

    [Fact]
    public void Globals_HoldTheirValuesAndAddresses()
    {
        using var machine = new Machine(Head + """
            .global .align 4 .f32 numbers[3] = {1.5, 0f40000000, -3.0};
            .global .align 8 .u64 place = generic(numbers)+4;
            .const .align 2 .b16 shorts[2] = {0x1234, -1};
            .visible .entry k() { ret; }
            """);
        Assert.Equal([1.5f, 2f, -3f], machine.View<float>(machine.Loaded.AddressOf("numbers"), 3).ToArray());
        Assert.Equal(machine.Loaded.AddressOf("numbers") + 4, machine.View<ulong>(machine.Loaded.AddressOf("place"), 1)[0]);
        Assert.Equal([(short)0x1234, (short)-1], machine.View<short>(machine.Loaded.AddressOf("shorts"), 2).ToArray());
        Assert.Equal(0ul, machine.Loaded.AddressOf("nothing"));
    }

    [Theory]
    [InlineData("tex.2d.v4.f32.f32 %r1, %r1;", "tex.2d.v4.f32.f32")]
    [InlineData("wgmma.fence.sync.aligned;", "wgmma.fence.sync.aligned")]
    [InlineData("add.s32.strange %r1, %r1, %r1;", "add.s32.strange")]
    [InlineData("add.q32 %r1, %r1, %r1;", "add.q32")]
    [InlineData("add.s64 %r1, %r1, %r1;", "add.s64")]
    [InlineData("bra $NOWHERE;", "bra")]
    [InlineData("mov.u64 %rd1, nothing;", "mov.u64")]
    [InlineData("call.uni missing, ();", "call.uni")]
    public void WhatIsNotSupported_IsNamedWithLineAndInstruction(string instruction, string named)
    {
        PtxException refused = Assert.Throws<PtxException>(() => Parse(
            Head + ".visible .entry k()\n{\n.reg .b32 %r<4>; .reg .b64 %rd<4>;\n" + instruction + "\nret;\n}\n"));
        Assert.Equal(7, refused.Line);
        Assert.Equal(named, refused.Instruction);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".version 8.0")]
    [InlineData(".version 99.0\n.target sm_80")]
    [InlineData(".version 8.0\n.target sm_80\n.visible .entry k( {")]
    [InlineData(".version 8.0\n.target sm_80\n.visible .entry k() { .reg .b32 %r<4>; mov.u32 %r9, 1; ret; }")]
    [InlineData(".version 8.0\n.target sm_80\n.global .b8 x[99999999999999999999];")]
    [InlineData(".version 8.0\n.target sm_80\n/* no end")]
    [InlineData("\u007fELF")]
    public void BrokenText_IsRefusedByAPtxException(string text) => Assert.Throws<PtxException>(() => Parse(text));

    [Fact]
    public void MutatedText_NeverDoesAnythingButLoadOrRefuse()
    {
        byte[][] texts = [.. ((string[])["control", "warp", "checks"]).Select(name => Encoding.UTF8.GetBytes(Machine.Text(name)))];
        Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 100000], Gen.Int[0, 5], Gen.Int[0, 100000]).Array[1, 6]).Sample(
            (which, edits) =>
            {
                var text = new List<byte>(texts[which]);
                foreach ((int at, int kind, int value) in edits)
                {
                    Mutate(text, at, kind, value);
                }

                try
                {
                    PtxModule.Parse(text.ToArray());
                }
                catch (PtxException)
                {
                }

                return true;
            },
            iter: 150,
            threads: 1);
    }

    private static void Mutate(List<byte> text, int at, int kind, int value)
    {
        if (text.Count == 0)
        {
            return;
        }

        at %= text.Count;
        int length = Math.Min(1 + (value % 40), text.Count - at);
        switch (kind)
        {
            case 0:
                text[at] = (byte)value;
                break;
            case 1:
                text.RemoveRange(at, length);
                break;
            case 2:
                text.InsertRange(at, text.GetRange(at, length));
                break;
            case 3:
                text.RemoveRange(at, text.Count - at);
                break;
            case 4:
                text.InsertRange(at, Encoding.UTF8.GetBytes(value.ToString()));
                break;
            default:
                text.Insert(at, (byte)"{}[]().,;:%@!<>-0x"[value % 18]);
                break;
        }
    }

    private static PtxModule Parse(string text) => PtxModule.Parse(Encoding.UTF8.GetBytes(text));
}
