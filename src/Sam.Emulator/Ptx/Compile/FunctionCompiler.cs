using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>Turns the syntax of a function into instructions that run; whatever it does not know is refused with line and opcode.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private const int MaxLocalBytes = 512 * 1024;
    private const int MaxParameterBytes = 32 * 1024;

    private readonly ModuleSyntax module;
    private readonly FunctionSyntax function;
    private readonly CompiledFunction compiled;
    private readonly IReadOnlyDictionary<string, CompiledFunction> functions;
    private readonly Dictionary<(ulong Bits, int Kind), int> constants = [];
    private readonly Dictionary<SpecialRegister, int> specials = [];
    private readonly Dictionary<(VariableSyntax, long, bool), int> symbols = [];
    private InstructionSyntax syntax = null!;
    private Modifiers modifiers = null!;
    private Instruction current;
    private int frameBytes;
    private int sink = -1;
    private int wideSink = -1;

    private FunctionCompiler(ModuleSyntax module, CompiledFunction compiled, IReadOnlyDictionary<string, CompiledFunction> functions)
    {
        this.module = module;
        this.compiled = compiled;
        this.functions = functions;
        function = compiled.Syntax;
    }

    /// <summary>Lays out the parameters of a function, which its callers need to know.</summary>
    public static void LayOutParameters(CompiledFunction compiled)
    {
        FunctionSyntax function = compiled.Syntax;
        if (function.IsEntry)
        {
            // The argument block of a kernel is packed; only what its body declares lies in the frame.
            long offset = 0;
            foreach (VariableSyntax parameter in function.Parameters)
            {
                offset = (offset + Math.Max(1, parameter.Alignment) - 1) & -Math.Max(1, parameter.Alignment);
                parameter.Offset = (int)offset;
                offset += parameter.ByteCount;
                if (offset > MaxParameterBytes)
                {
                    throw new PtxException(parameter.Line, parameter.Name, $"more than {MaxParameterBytes} bytes of parameters");
                }
            }

            LayOut(compiled, function.Variables.Where(static v => v.Space == PtxSpace.Param));
            return;
        }

        compiled.Formals = LayOut(compiled, function.Parameters);
        compiled.Results = LayOut(compiled, function.Returns);
        LayOut(compiled, function.Variables.Where(static v => v.Space == PtxSpace.Param));
    }

    /// <summary>Compiles the body of a function.</summary>
    public static void Compile(ModuleSyntax module, CompiledFunction compiled, IReadOnlyDictionary<string, CompiledFunction> functions) =>
        new FunctionCompiler(module, compiled, functions).Compile();

    private static ParameterPlace[] LayOut(CompiledFunction compiled, IEnumerable<VariableSyntax> variables)
    {
        var places = new List<ParameterPlace>();
        foreach (VariableSyntax variable in variables)
        {
            int alignment = Math.Max(variable.Alignment, 1);
            long start = ((long)compiled.ParameterBytes + alignment - 1) & -alignment;
            if (start + variable.ByteCount > MaxParameterBytes)
            {
                throw new PtxException(variable.Line, variable.Name, "the parameters are too large");
            }

            variable.Offset = (int)start;

            // Each starts and ends at a whole word, so that builtins can read words.
            compiled.ParameterBytes = (int)(start + variable.ByteCount + 7) & ~7;
            places.Add(new ParameterPlace((int)start, (int)variable.ByteCount));
        }

        return [.. places];
    }

    private void Compile()
    {
        int count = function.Body.Count;
        var jumps = new int[]?[count + 1];
        var fallsThrough = new bool[count + 1];
        for (int k = 0; k < count; k++)
        {
            syntax = function.Body[k];
            (jumps[k], fallsThrough[k]) = FindJumps(count);
        }

        var flow = new ControlFlow(count + 1, jumps, fallsThrough);
        LayOutLocals();
        var allocator = new RegisterAllocator();
        frameBytes = (allocator.Allocate(function.Body, flow, jumps, 0) + 63) & ~63;
        compiled.LiveRegisters = allocator.MostLive;
        var code = new List<Instruction>(count + 1);
        for (int k = 0; k < count; k++)
        {
            syntax = function.Body[k];
            modifiers = new Modifiers(syntax.Opcode);
            current = new Instruction { Guard = -1, D = -1, A = -1, B = -1, C = -1, E = -1, Reconverge = -1, Index = k };
            if (syntax.Guard is Register guard)
            {
                current.Guard = guard.Slot;
                current.GuardFlip = syntax.IsGuardNegated ? uint.MaxValue : 0;
            }

            if (jumps[k] is not null)
            {
                current.Target = jumps[k]![0];
                current.Reconverge = flow.MeetingPlace(k);
            }

            Select(jumps[k]);
            if (modifiers.Left.Count != 0)
            {
                throw Unsupported($"the modifier '.{modifiers.Left[0]}' is not supported on this instruction");
            }

            code.Add(current);
        }

        current = new Instruction { Guard = -1, D = -1, A = -1, B = -1, C = -1, E = -1, Reconverge = -1, Index = count };
        current.Execute = function.IsEntry ? &Control.Exit : &Control.Return;
        code.Add(current);
        compiled.Sources = [.. function.Body, new InstructionSyntax { Line = function.Line, Opcode = "ret", Operands = [] }];
        compiled.RegisterBytes = frameBytes;
        compiled.SetCode(code);
    }

    /// <summary>Where the instruction may jump to, and whether it may go on to the next.</summary>
    private (int[]? Jumps, bool FallsThrough) FindJumps(int end)
    {
        int dot = syntax.Opcode.IndexOf('.', StringComparison.Ordinal);
        string name = dot < 0 ? syntax.Opcode : syntax.Opcode[..dot];
        bool guarded = syntax.Guard is not null;
        switch (name)
        {
            case "bra":
                return ([FindLabel(Operand(0))], guarded);
            case "brx":
                SymbolOperand table = Operand(1) as SymbolOperand ?? throw Unsupported("the second operand must name a list of labels");
                TableSyntax targets = table.Scope.Find(table.Name) as TableSyntax
                    ?? throw Unsupported($"'{table.Name}' is no list of labels");
                return targets.Labels.Length == 0
                    ? throw Unsupported("the list of labels is empty")
                    : ([.. targets.Labels.Select(FindLabel)], guarded);
            case "ret" when !function.IsEntry:
                return ([end], guarded);
            case "ret" or "exit":
                return (null, guarded);
            default:
                return (null, true);
        }
    }

    private int FindLabel(Operand operand) =>
        operand is SymbolOperand symbol && symbol.Scope.Find(symbol.Name) is LabelSyntax label
            ? label.Index
            : throw Unsupported(operand is SymbolOperand s ? $"there is no label '{s.Name}'" : "a label expected");

    private void LayOutLocals()
    {
        long bytes = 0;
        foreach (VariableSyntax variable in function.Variables)
        {
            if (variable.Space == PtxSpace.Local)
            {
                bytes = (bytes + variable.Alignment - 1) & -variable.Alignment;
                variable.Offset = (int)Math.Min(bytes, int.MaxValue);
                bytes += variable.ByteCount;
                if (bytes > MaxLocalBytes)
                {
                    throw new PtxException(variable.Line, variable.Name, $"more than {MaxLocalBytes} bytes of local memory");
                }
            }
        }

        // Frames of calls follow each other, so each is a multiple of the largest usual alignment.
        compiled.LocalBytes = (int)(bytes + 15) & ~15;
    }

    private Operand Operand(int k) => k < syntax.Operands.Length ? syntax.Operands[k] : throw Unsupported($"operand {k + 1} is missing");

    private void ExpectOperands(int count)
    {
        if (syntax.Operands.Length != count)
        {
            throw Unsupported($"{count} operands expected, {syntax.Operands.Length} found");
        }
    }

    private PtxException Unsupported(string reason) => new(syntax.Line, syntax.Opcode, reason);

    private PtxException UnsupportedType() => Unsupported(
        modifiers.Types.Count == 0 ? "the instruction has no type"
            : $"the type {string.Join(' ', modifiers.Types.Select(t => "." + t.ToString().ToLowerInvariant()))} is not supported");
}
