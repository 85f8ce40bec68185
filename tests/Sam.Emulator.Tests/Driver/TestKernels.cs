namespace Sam.Emulator.Tests;

/// <summary>Small kernels in PTX, as NVRTC writes them, for tests of the driver.</summary>
internal static class TestKernels
{
    public const string Header = ".version 7.0\n.target sm_60\n.address_size 64\n";

    /// <summary>empty(): nothing.</summary>
    public const string Empty = Header + ".visible .entry empty()\n{\n    ret;\n}\n";

    /// <summary>scale(float* x, float factor, int n): x[i] *= factor.</summary>
    public const string Scale = Header + """
        .visible .entry scale(.param .u64 p0, .param .f32 p1, .param .u32 p2)
        {
            .reg .pred %p<2>;
            .reg .f32 %f<4>;
            .reg .b32 %r<6>;
            .reg .b64 %rd<5>;
            ld.param.u64 %rd1, [p0];
            ld.param.f32 %f1, [p1];
            ld.param.u32 %r2, [p2];
            mov.u32 %r3, %ctaid.x;
            mov.u32 %r4, %ntid.x;
            mov.u32 %r5, %tid.x;
            mad.lo.s32 %r1, %r3, %r4, %r5;
            setp.ge.s32 %p1, %r1, %r2;
            @%p1 bra $L__BB0_2;
            cvta.to.global.u64 %rd2, %rd1;
            mul.wide.s32 %rd3, %r1, 4;
            add.s64 %rd4, %rd2, %rd3;
            ld.global.f32 %f2, [%rd4];
            mul.f32 %f3, %f2, %f1;
            st.global.f32 [%rd4], %f3;
        $L__BB0_2:
            ret;
        }

        """;

    /// <summary>Two variables: one in constant memory, one in global memory with a value; bump(): counter += step.</summary>
    public const string Globals = Header + """
        .visible .const .align 4 .u32 step;
        .visible .global .align 4 .u32 counter = 5;
        .visible .entry bump()
        {
            .reg .b32 %r<4>;
            ld.const.u32 %r1, [step];
            ld.global.u32 %r2, [counter];
            add.s32 %r3, %r1, %r2;
            st.global.u32 [counter], %r3;
            ret;
        }

        """;

    /// <summary>A kernel with 16 KiB of static shared memory and launch bounds of 128 threads.</summary>
    public const string Bounded = Header + """
        .visible .entry bounded()
        .maxntid 128, 1, 1
        {
            .shared .align 4 .b8 tile[16384];
            .reg .b32 %r<2>;
            mov.u32 %r1, 0;
            st.shared.u32 [tile], %r1;
            ret;
        }

        """;
}
