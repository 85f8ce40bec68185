using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sam.Native.Cuda;

/// <summary>Compiles CUDA C++ with NVRTC.</summary>
/// <param name="nvrtc">The compiler's functions, from <see cref="CudaLibraries.Nvrtc"/>.</param>
/// <remarks>Safe to use from several threads. Needs no GPU and no driver.</remarks>
/// <example>
/// <code>
/// NvrtcCompiler compiler = new(CudaLibraries.Nvrtc.Require());
/// NvrtcOutput output = compiler.Compile("extern \"C\" __global__ void k(float* x) { x[threadIdx.x] = 1.0f; }"u8, "k.cu",
/// ["--gpu-architecture=compute_80"]);
/// </code>
/// </example>
public sealed unsafe class NvrtcCompiler(NvrtcTable nvrtc)
{
    /// <summary>The compiler's version, such as 12.4.</summary>
    public Version Version
    {
        get
        {
            int major, minor;
            CudaException.ThrowIfFailed(nvrtc.Version(&major, &minor));
            return new Version(major, minor);
        }
    }

    /// <summary>The architectures that it compiles for, in ascending order: 80 for compute capability 8.0.</summary>
    /// <exception cref="CudaException">The library fails.</exception>
    public IReadOnlyList<int> Architectures
    {
        get
        {
            int count;
            CudaException.ThrowIfFailed(nvrtc.GetSupportedArchitectureCount(&count), "nvrtcGetNumSupportedArchs");
            int[] architectures = new int[count];
            fixed (int* first = architectures)
            {
                CudaException.ThrowIfFailed(nvrtc.GetSupportedArchitectures(first), "nvrtcGetSupportedArchs");
            }

            return architectures;
        }
    }

    /// <summary>Compiles one source.</summary>
    /// <param name="source">CUDA C++ as UTF-8, without an end mark.</param>
    /// <param name="name">What the compiler's messages call it, such as <c>sam_norm.cu</c>.</param>
    /// <param name="options">Options as the command line has them, such as <c>--gpu-architecture=compute_80</c>.</param>
    /// <param name="headers">Headers that the source may include, as pairs of the name that it includes and the text; null for
    /// none.</param>
    /// <returns>PTX, or cubin where the architecture is a real one (<c>sm_80</c>), with the log.</returns>
    /// <exception cref="CudaException">The source does not compile, or an option is not known; the exception holds the log.</exception>
    public NvrtcOutput Compile(
        ReadOnlySpan<byte> source, string name, IReadOnlyList<string> options, IReadOnlyList<KeyValuePair<string, string>>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        using NativeTexts texts = new();
        byte* sourceText = texts.Add(source);
        byte* nameText = texts.Add(name);
        byte** optionTexts = texts.AddAll(options);
        byte** headerTexts = texts.AddAll(headers?.Select(header => header.Value).ToArray() ?? []);
        byte** headerNames = texts.AddAll(headers?.Select(header => header.Key).ToArray() ?? []);

        NvrtcProgram program;
        CudaException.ThrowIfFailed(
            nvrtc.CreateProgram(&program, sourceText, nameText, headers?.Count ?? 0, headerTexts, headerNames), "nvrtcCreateProgram");
        try
        {
            NvrtcResult result = nvrtc.CompileProgram(program, options.Count, optionTexts);
            string log = Log(program);
            if (result != NvrtcResult.Success)
            {
                throw CudaException.Of(
                    result, string.Create(CultureInfo.InvariantCulture, $"nvrtcCompileProgram({name}, {string.Join(' ', options)})"), log);
            }

            nuint count;
            CudaException.ThrowIfFailed(nvrtc.GetCubinSize(program, &count));
            byte[] cubin = new byte[(int)count];
            fixed (byte* bytes = cubin)
            {
                if (count > 0) CudaException.ThrowIfFailed(nvrtc.GetCubin(program, bytes));
            }

            CudaException.ThrowIfFailed(nvrtc.GetPtxSize(program, &count));
            byte[] ptx = new byte[(int)count];
            fixed (byte* bytes = ptx)
            {
                if (count > 0) CudaException.ThrowIfFailed(nvrtc.GetPtx(program, bytes));
            }

            return new NvrtcOutput(ptx, cubin, log);
        }
        finally
        {
            nvrtc.DestroyProgram(&program);
        }
    }

    private string Log(NvrtcProgram program)
    {
        nuint count;
        if (nvrtc.GetProgramLogSize(program, &count) != NvrtcResult.Success || count <= 1) return "";
        byte[] log = new byte[(int)count];
        fixed (byte* bytes = log)
        {
            if (nvrtc.GetProgramLog(program, bytes) != NvrtcResult.Success) return "";
        }

        return Encoding.UTF8.GetString(log.AsSpan(0, (int)count - 1)).Trim();
    }

    /// <summary>Null-terminated copies of texts in native memory, freed together.</summary>
    private sealed class NativeTexts : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public byte* Add(string text) => Add(Encoding.UTF8.GetBytes(text));

        public byte* Add(ReadOnlySpan<byte> text)
        {
            byte* copy = Allocate((nuint)text.Length + 1);
            text.CopyTo(new Span<byte>(copy, text.Length));
            copy[text.Length] = 0;
            return copy;
        }

        public byte** AddAll(IReadOnlyList<string> texts)
        {
            byte** pointers = (byte**)Allocate((nuint)((texts.Count + 1) * sizeof(byte*)));
            for (int i = 0; i < texts.Count; i++) pointers[i] = Add(texts[i]);
            return pointers;
        }

        public void Dispose()
        {
            foreach (nint block in _blocks) NativeMemory.Free((void*)block);
            _blocks.Clear();
        }

        private byte* Allocate(nuint byteCount)
        {
            byte* block = (byte*)NativeMemory.Alloc(byteCount);
            _blocks.Add((nint)block);
            return block;
        }
    }
}
