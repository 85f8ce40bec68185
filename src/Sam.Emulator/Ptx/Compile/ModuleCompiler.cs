using Sam.Emulator.Execution;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>Turns the syntax of a text into a module: compiles its functions and lays out what its kernels need.</summary>
internal static class ModuleCompiler
{
    /// <summary>The most shared memory that a text may give a size to, as for the real assembler.</summary>
    private const int MaxStaticShared = 48 * 1024;

    /// <summary>Compiles a module.</summary>
    public static PtxModule Compile(ModuleSyntax syntax)
    {
        var functions = new List<CompiledFunction>();
        var byName = new Dictionary<string, CompiledFunction>(StringComparer.Ordinal);
        foreach (FunctionSyntax function in syntax.Functions)
        {
            var compiled = new CompiledFunction { Name = function.Name, Syntax = function, Index = functions.Count };
            FunctionCompiler.LayOutParameters(compiled);
            functions.Add(compiled);
            byName.Add(function.Name, compiled);
        }

        foreach (CompiledFunction compiled in functions)
        {
            FunctionCompiler.Compile(syntax, compiled, byName);
        }

        foreach (PtxGlobal global in syntax.Globals)
        {
            foreach ((_, _, string symbol, _, _) in global.Relocations)
            {
                if (syntax.Scope.Find(symbol) is not (PtxGlobal or FunctionSyntax))
                {
                    throw new PtxException(1, global.Name, $"its value names '{symbol}', which the text does not declare");
                }
            }
        }

        var module = new PtxModule(syntax.Target, syntax.Version, syntax.Globals, functions, byName, syntax.Files);
        var kernels = new List<PtxKernel>();
        foreach (CompiledFunction compiled in functions)
        {
            if (compiled.Syntax.IsEntry)
            {
                kernels.Add(MakeKernel(module, syntax, compiled, byName));
            }
        }

        module.SetKernels(kernels);
        return module;
    }

    private static PtxKernel MakeKernel(PtxModule module, ModuleSyntax syntax, CompiledFunction entry, Dictionary<string,
        CompiledFunction> byName)
    {
        var reached = new List<CompiledFunction> { entry };
        for (int k = 0; k < reached.Count; k++)
        {
            foreach (string name in reached[k].Callees)
            {
                if (byName.TryGetValue(name, out CompiledFunction? callee) && !reached.Contains(callee))
                {
                    reached.Add(callee);
                }
            }
        }

        // An indirect call may reach a function whose address only a variable holds.
        if (reached.Exists(static f => f.HasIndirectCalls))
        {
            reached.AddRange(byName.Values.Where(f => !f.Syntax.IsEntry && !reached.Contains(f)));
        }

        var offsets = new Dictionary<VariableSyntax, int>();
        long bytes = 0;
        var used = reached.SelectMany(static f => f.Shared).Distinct().ToList();
        foreach (VariableSyntax variable in used.Where(static v => !v.IsUnsized))
        {
            bytes = (bytes + variable.Alignment - 1) & -variable.Alignment;
            offsets[variable] = (int)Math.Min(bytes, int.MaxValue);
            bytes += variable.ByteCount;
            if (bytes > MaxStaticShared)
            {
                throw new PtxException(entry.Syntax.Line, entry.Name,
                    $"the kernel uses more than {MaxStaticShared} bytes of static shared memory");
            }
        }

        int staticBytes = (int)bytes;
        int dynamicAlignment = used.Where(static v => v.IsUnsized).Select(static v => v.Alignment).DefaultIfEmpty(16).Max();
        int dynamicStart = (staticBytes + dynamicAlignment - 1) & -dynamicAlignment;
        foreach (VariableSyntax variable in used.Where(static v => v.IsUnsized))
        {
            offsets[variable] = dynamicStart;
        }

        bool unbounded = reached.Exists(static f => f.HasIndirectCalls) || IsRecursive(entry, byName, [], []);
        Dim3? shape = entry.Syntax.RequiredThreads ?? entry.Syntax.MaxThreads;
        return new PtxKernel(module, entry.Name, MakeParameters(entry))
        {
            StaticSharedBytes = staticBytes,
            DynamicSharedOffset = dynamicStart,
            SharedOffsets = offsets,
            HasUnboundedCalls = unbounded,
            LocalBytesPerThread = unbounded ? reached.Sum(static f => f.LocalBytes) : Deepest(entry, byName, []),
            RegistersPerThread = Math.Clamp(reached.Max(static f => f.LiveRegisters), 8, MostRegisters(shape, entry.Syntax.MinBlocks)),
            MaxThreads = shape is Dim3 s ? (int)Math.Min(s.Count, int.MaxValue) : null,
            RequiredBlock = entry.Syntax.RequiredThreads,
            MinBlocksPerMultiprocessor = entry.Syntax.MinBlocks,
        };
    }

    // A compiler keeps to the launch bounds, by spilling if it must, so that such a launch always fits.
    private static int MostRegisters(Dim3? shape, int? minBlocks)
    {
        const int Most = 255, Unit = 8, WarpSize = 32;
        if (shape is not Dim3 bound) return Most;
        long threads = (bound.Count + WarpSize - 1) / WarpSize * WarpSize * Math.Max(1, minBlocks ?? 1);
        return (int)Math.Clamp(ArchitectureLimits.RegistersPerMultiprocessor / threads / Unit * Unit, Unit, Most);
    }

    private static List<PtxParameter> MakeParameters(CompiledFunction entry)
    {
        var parameters = new List<PtxParameter>();
        int offset = 0;
        foreach (VariableSyntax variable in entry.Syntax.Parameters)
        {
            int alignment = Math.Max(1, variable.Alignment);
            offset = (offset + alignment - 1) & -alignment;
            parameters.Add(new PtxParameter(variable.Name, offset, (int)variable.ByteCount, alignment));
            offset += (int)variable.ByteCount;
        }

        return parameters;
    }

    private static bool IsRecursive(
        CompiledFunction function, Dictionary<string, CompiledFunction> byName, HashSet<CompiledFunction> path,
            HashSet<CompiledFunction> done)
    {
        if (done.Contains(function))
        {
            return false;
        }

        if (!path.Add(function) || path.Count > 256)
        {
            return true;
        }

        foreach (string name in function.Callees)
        {
            if (byName.TryGetValue(name, out CompiledFunction? callee) && IsRecursive(callee, byName, path, done))
            {
                return true;
            }
        }

        path.Remove(function);
        done.Add(function);
        return false;
    }

    private static int Deepest(CompiledFunction function, Dictionary<string, CompiledFunction> byName, Dictionary<CompiledFunction,
        int> known)
    {
        if (known.TryGetValue(function, out int before))
        {
            return before;
        }

        int deepest = 0;
        foreach (string name in function.Callees)
        {
            if (byName.TryGetValue(name, out CompiledFunction? callee))
            {
                deepest = Math.Max(deepest, Deepest(callee, byName, known));
            }
        }

        return known[function] = function.LocalBytes + deepest;
    }
}
