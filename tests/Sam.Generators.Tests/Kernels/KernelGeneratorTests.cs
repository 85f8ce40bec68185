using System.Reflection;
using Sam.Generators.Kernels;
using Sam.Native.Cuda;

namespace Sam.Generators.Tests.Kernels;

public sealed class KernelGeneratorTests
{
    private const string Source = """
        // A comment with extern "C" __global__ void not_a_kernel(int x) { }
        #include "common.cuh"
        #ifndef TILE_SIZE
        #define TILE_SIZE 32   // threads
        #endif
        #ifndef SCALE
        #define SCALE 0.5f
        #endif
        #ifndef EXACT
        #define EXACT true
        #endif
        #define NOT_ONE(x) \
            ((x) + 1)
        struct Settings { float rate; int steps; };
        __device__ float helper(float x) { return x; }
        template <typename T> __global__ void generic(T* x) { }
        extern "C" __global__ void declared_only(float* x);

        extern "C" __global__ void __launch_bounds__(256, 2)
        sam_perturb(float* __restrict__ w, const float* __restrict__ g, /* rho */ float rho, long long n, const Settings settings)
        {
            const char* text = "extern \"C\" __global__ void fake() {";
            if (n > 0) { w[0] = helper(g[0]) * rho; }
        }

        extern "C" {
            __global__ void empty(void) { }
            void host_function(int x) { }
            static __global__ void wide(
                const half* in, void* raw, unsigned int count, unsigned long long seed, bool flag, float4* out, int** table) { }
        }
        """;

    private const string User =
        "public struct Settings { public float Rate; public int Steps; }\nnamespace Kernels { public sealed partial class SamPerturbKernels; }";

    [Fact]
    public void EachKernel_BecomesALaunchMethod()
    {
        string text = KernelCompile.Generate("/a/b/sam_perturb.cu", Source, User);
        Assert.Contains("sealed unsafe partial class SamPerturbKernels", text, StringComparison.Ordinal);
        Assert.Contains(
            "public void SamPerturb(in global::Sam.Native.Cuda.LaunchShape shape, global::Sam.Native.DevicePointer<float> w, "
            + "global::Sam.Native.DevicePointer<float> g, float rho, long n, Settings settings)",
            text,
            StringComparison.Ordinal);
        Assert.Contains("public void Empty(in global::Sam.Native.Cuda.LaunchShape shape)", text, StringComparison.Ordinal);
        Assert.Contains(
            "global::Sam.Native.DevicePointer<global::System.Half> @in, global::Sam.Native.DevicePointer<byte> raw, uint count, ulong seed, bool flag, "
            + "global::Sam.Native.DevicePointer<global::System.Numerics.Vector4> @out, global::Sam.Native.DevicePointer<nint> table",
            text,
            StringComparison.Ordinal);
        Assert.Contains(
            "KernelLauncher launcher, int tileSize = 32, float scale = 0.5f, bool exact = true)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Generic", text, StringComparison.Ordinal);
        Assert.DoesNotContain("HostFunction", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DeclaredOnly", text, StringComparison.Ordinal);
        Assert.DoesNotContain("void Fake", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NotAKernel", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public void TheSource_IsInTheAssemblyToTheByte()
    {
        const string source = "extern \"C\" __global__ void k(int x) { /* \\ \" \t ü € */ }\n";
        Assembly assembly = KernelCompile.Load("/k.cu", source);
        Type type = assembly.GetType("Kernels.KKernels")!;
        MethodInfo getter = type.GetProperty("Source")!.GetMethod!;
        ReadOnlySpan<byte> bytes = getter.CreateDelegate<SpanGetter>()();
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(source), bytes.ToArray());
    }

    [Fact]
    public void PtxOfTheSameName_IsEmbedded()
    {
        Microsoft.CodeAnalysis.GeneratorDriver driver = KernelCompile.Driver(
            KernelCompile.File("/src/scale.cu", "extern \"C\" __global__ void scale(float* x) { }"),
            KernelCompile.File("/ptx/scale.ptx", ".version 8.0\n"));
        string text = driver.RunGenerators(KernelCompile.Of()).GetRunResult().Results[0].GeneratedSources[0].SourceText.ToString();
        Assert.Contains("Ptx => \".version 8.0\\u000a\"u8;", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sam_norm", "SamNorm", "samNorm")]
    [InlineData("SAM_NORM_2", "SamNorm2", "samNorm2")]
    [InlineData("samNorm", "SamNorm", "samNorm")]
    [InlineData("2d_pool", "_2dPool", "_2dPool")]
    [InlineData("out", "Out", "@out")]
    [InlineData("_x", "X", "x")]
    public void Names_BecomeCSharpNames(string name, string pascal, string camel)
    {
        Assert.Equal(pascal, KernelNames.Pascal(name));
        Assert.Equal(camel, KernelNames.Camel(name));
    }

    [Fact]
    public void Constants_KeepTheirValueToTheLastBit()
    {
        Assert.Equal(" -DTILE=-4", KernelSource.Define("TILE", -4));
        Assert.Equal(" -DEXACT=false", KernelSource.Define("EXACT", false));
        Assert.Equal(" -DSCALE=1.00000001E-001f", KernelSource.Define("SCALE", 0.1f));
        Assert.Throws<ArgumentOutOfRangeException>(() => KernelSource.Define("SCALE", float.NaN));
    }

    private delegate ReadOnlySpan<byte> SpanGetter();
}
