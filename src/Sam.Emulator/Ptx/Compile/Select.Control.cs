using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for branches, calls, fences, and what stops a thread.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    private void SelectControl(int[]? jumps)
    {
        switch (modifiers.Name)
        {
            case "bra":
                ExpectOperands(1);
                modifiers.Take("uni");
                current.Execute = &Control.Branch;
                break;
            case "brx":
                ExpectOperands(2);
                modifiers.Take("idx");
                modifiers.Take("uni");
                current.A = Source(0, PtxType.U32);
                SetList([.. jumps!]);
                current.Execute = &Control.BranchIndexed;
                break;
            case "ret":
                ExpectOperands(0);
                modifiers.Take("uni");
                current.Execute = function.IsEntry ? &Control.Exit : &Control.Branch;
                break;
            case "exit":
                ExpectOperands(0);
                current.Execute = &Control.Exit;
                break;
            case "call":
                SelectCall();
                break;
            case "trap":
                ExpectOperands(0);
                current.Execute = &Control.Trap;
                break;
            case "brkpt" or "pmevent" or "griddepcontrol" or "setmaxnreg":
                while (modifiers.TakeFirst() is not null)
                {
                }

                current.Execute = &Control.Nothing;
                break;
            case "nanosleep":
                ExpectOperands(1);
                Source(0, PtxType.U32);
                current.Execute = &Control.Sleep;
                break;
            case "membar" or "fence":
                ExpectOperands(0);
                modifiers.TakeAny("sc", "acq_rel", "acquire", "release");
                if (modifiers.TakeAny("cta", "gl", "sys", "gpu", "cluster") is null)
                {
                    throw Unsupported("the fence names no scope");
                }

                current.Execute = &Control.Fence;
                break;
            default:
                throw Unsupported("the instruction is not supported");
        }
    }

    private void SelectCall()
    {
        modifiers.Take("uni");
        int at = 0;
        List<int> results = [];
        if (Operand(0) is ListOperand first)
        {
            results = Places(first);
            at = 1;
        }

        Operand target = Operand(at);
        List<int> arguments = syntax.Operands.Length > at + 1 && Operand(at + 1) is ListOperand list ? Places(list) : [];
        SetList([arguments.Count, .. arguments, .. results]);
        if (target is RegisterOperand register)
        {
            if (register.Register.Type.Size() != 8)
            {
                throw Unsupported("the address of a function has 64 bits");
            }

            current.A = register.Register.Slot;
            compiled.HasIndirectCalls = true;
            current.Execute = &Control.CallIndirect;
            return;
        }

        if (target is not SymbolOperand symbol || symbol.Scope.Find(symbol.Name) is not FunctionSyntax declared)
        {
            throw Unsupported("the name or the address of a function expected");
        }

        if (declared.IsEntry)
        {
            throw Unsupported($"'{declared.Name}' is a kernel");
        }

        if (functions.TryGetValue(declared.Name, out CompiledFunction? callee))
        {
            if (callee.Formals.Length != arguments.Count || callee.Results.Length != results.Count)
            {
                throw Unsupported(
                    $"'{callee.Name}' takes {callee.Formals.Length} and returns {callee.Results.Length} values, "
                    + $"{arguments.Count} and {results.Count} found");
            }

            compiled.Callees.Add(callee.Name);
            current.Target = callee.Index;
            current.Execute = &Control.Call;
            return;
        }

        current.Execute = Builtins.Find(declared.Name);
        if (current.Execute == null)
        {
            throw Unsupported($"'{declared.Name}' is declared, but defined neither in the text nor by the emulator");
        }

        int expected = Builtins.Arguments(declared.Name);
        if (arguments.Count != expected)
        {
            throw Unsupported($"'{declared.Name}' takes {expected} values, {arguments.Count} found");
        }
    }

    /// <summary>The places of arguments or results in the frame.</summary>
    private List<int> Places(ListOperand list)
    {
        var places = new List<int>();
        foreach (Operand operand in list.Elements)
        {
            if (operand is not SymbolOperand { Addend: 0 } symbol
                || symbol.Scope.Find(symbol.Name) is not VariableSyntax { Space: PtxSpace.Param } variable)
            {
                throw Unsupported("arguments and results must be parameter variables");
            }

            if (function.IsEntry && function.Parameters.Contains(variable))
            {
                throw Unsupported($"the kernel parameter '{variable.Name}' cannot be passed on by name");
            }

            places.Add(variable.Offset);
        }

        return places;
    }
}
