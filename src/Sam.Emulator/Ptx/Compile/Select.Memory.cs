using Sam.Emulator.Execution.Accesses;
using Sam.Emulator.Execution.Operations;
using Sam.Emulator.Ptx.Syntax;
using unsafe Routine = delegate*<Sam.Emulator.Execution.Warp, Sam.Emulator.Execution.Instruction*, void>;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>The compiler's part for moves, loads and stores.</summary>
internal sealed unsafe partial class FunctionCompiler
{
    /// <summary>Modifiers that tell of caches and scopes, which have no effect here.</summary>
    private static readonly string[] Hints =
    [
        "ca", "cg", "cs", "cv", "lu", "wb", "wt", "nc", "cta", "cluster", "gpu", "sys", "weak", "L1::evict_normal", "L1::evict_unchanged",
        "L1::evict_first", "L1::evict_last", "L1::no_allocate", "L2::64B", "L2::128B", "L2::256B", "L2::evict_first", "L2::evict_last",
            "L2::evict_normal",
    ];

    private void SelectMove()
    {
        ExpectOperands(2);
        PtxType type = modifiers.Type;
        if (Operand(0) is VectorOperand parts)
        {
            SelectUnpack(parts, type);
            return;
        }

        if (Operand(1) is VectorOperand elements)
        {
            SelectPack(elements, type);
            return;
        }

        if (type == PtxType.Pred)
        {
            current.D = Result(0, type);
            current.A = Predicate(Operand(1), out bool negated);
            current.Mode = negated ? -1 : 0;
            current.Execute = &Moves.MovePredicate;
            return;
        }

        current.D = Result(0, type);
        if (Operand(1) is SpecialOperand special && special.Special.IsVolatile())
        {
            current.Mode = type.Size();
            current.Target = (int)special.Special;
            current.Execute = &Control.ReadSpecial;
            return;
        }

        current.A = Source(1, type);
        current.Execute = type.Size() == 8 ? &Whole.Move64 : &Whole.Move32;
    }

    private void SelectPack(VectorOperand elements, PtxType type)
    {
        int count = elements.Elements.Length;
        int bits = count == 0 ? 0 : type.Size() * 8 / count;
        if (bits is not (8 or 16 or 32) || bits * count != type.Size() * 8)
        {
            throw Unsupported($"{count} elements do not make {type.Size() * 8} bits");
        }

        PtxType element = bits == 32 ? PtxType.B32 : bits == 16 ? PtxType.B16 : PtxType.B8;
        var list = new List<int>();
        foreach (Operand operand in elements.Elements)
        {
            list.Add(Source(operand, element, bits == 8));
        }

        current.D = Result(0, type);
        SetList(list);
        current.Mode = bits;
        current.Execute = &Moves.Pack;
    }

    private void SelectUnpack(VectorOperand parts, PtxType type)
    {
        int count = parts.Elements.Length;
        int bits = count == 0 ? 0 : type.Size() * 8 / count;
        if (bits is not (8 or 16 or 32) || bits * count != type.Size() * 8)
        {
            throw Unsupported($"{type.Size() * 8} bits do not make {count} elements");
        }

        PtxType element = bits == 32 ? PtxType.B32 : bits == 16 ? PtxType.B16 : PtxType.B8;
        var list = new List<int>();
        foreach (Operand operand in parts.Elements)
        {
            list.Add(operand is SinkOperand ? -1 : Result(operand, element, bits == 8));
        }

        current.A = Source(1, type);
        SetList(list);
        current.Mode = bits;
        current.Execute = &Moves.Unpack;
    }

    private void SetList(List<int> list)
    {
        current.List = compiled.MakeList(list);
        current.ListCount = list.Count;
    }

    private PtxSpace TakeSpace()
    {
        string? name = modifiers.TakeAny(
            "global", "shared", "local", "const", "param", "shared::cta", "param::entry", "param::func", "shared::cluster");
        return name switch
        {
            "global" => PtxSpace.Global,
            "shared" or "shared::cta" or "shared::cluster" => PtxSpace.Shared,
            "local" => PtxSpace.Local,
            "const" => PtxSpace.Const,
            null => PtxSpace.Generic,
            _ => PtxSpace.Param,
        };
    }

    private void SelectAddressConversion()
    {
        bool toSpace = modifiers.Take("to");
        PtxSpace space = TakeSpace();
        PtxType type = modifiers.Type;
        ExpectOperands(2);
        current.D = Result(0, type);
        ulong window = space switch
        {
            PtxSpace.Shared => Windows.Shared,
            PtxSpace.Local => Windows.Local,
            PtxSpace.Param => Windows.Param,
            _ => 0,
        };
        current.A = Source(1, type);
        if (type != PtxType.U64)
        {
            throw Unsupported("only 64-bit addresses can be converted");
        }

        if (window == 0)
        {
            current.Execute = &Whole.Move64;
            return;
        }

        current.B = Constant(window, true);
        current.Execute = toSpace ? &Whole.Binary<Integers.Subtract<long>, long> : &Whole.Binary<Integers.Add<long>, long>;
    }

    /// <summary>Takes apart a place in memory: sets register, offset and mode of the instruction.</summary>
    /// <returns>The parameter bytes of the frame or of the launch, when the place is in those; else null.</returns>
    private VariableSyntax? Address(int k, ref PtxSpace space)
    {
        AddressOperand address = Operand(k) as AddressOperand ?? throw Unsupported("an address in brackets expected");
        current.Immediate = address.Offset;
        switch (address.Base)
        {
            case RegisterOperand r:
                int width = r.Register.Type.Size();
                current.A = r.Register.Slot;
                current.Mode |= width switch
                {
                    8 => 0,
                    4 => AccessModes.Narrow,
                    _ =>
                    throw Unsupported($"'{r.Register.Name}' is no address")
                };
                break;
            case SymbolOperand s when s.Scope.Find(s.Name) is VariableSyntax { Space: PtxSpace.Param } variable:
                if (space != PtxSpace.Param)
                {
                    throw Unsupported($"'{s.Name}' is a parameter");
                }

                if (address.Offset < 0 || address.Offset >= variable.ByteCount)
                {
                    throw Unsupported($"byte {address.Offset} of '{s.Name}', which has {variable.ByteCount}");
                }

                current.Immediate += variable.Offset;
                return variable;
            case SymbolOperand s:
                current.A = Symbol(s, 8);
                if (space == PtxSpace.Generic && s.Scope.Find(s.Name) is VariableSyntax named)
                {
                    space = named.Space;
                }

                break;
        }

        current.Mode |= (int)space;
        return null;
    }

    private void SelectLoad()
    {
        PtxSpace space = TakeSpace();
        TakeMemoryOrder(true);
        int width = TakeWidth();
        PtxType type = modifiers.Type;
        ExpectOperands(2);
        VariableSyntax? parameter = Address(1, ref space);
        int registerBytes = Targets(Operand(0), type, width);
        if (width > 1 && type.Size() * width > 16)
        {
            throw Unsupported("a vector of more than 128 bits");
        }

        if (parameter is not null)
        {
            CheckExtent(parameter, type, width);
            bool ofLaunch = function.IsEntry && function.Parameters.Contains(parameter);
            current.Execute = LoadRoutine(ofLaunch ? LoadForm.Launch : LoadForm.Frame, type, registerBytes);
            return;
        }

        current.Execute = LoadRoutine(width > 1 ? LoadForm.Vector : LoadForm.One, type, registerBytes);
    }

    private void CheckExtent(VariableSyntax parameter, PtxType type, int width)
    {
        if (current.Immediate - parameter.Offset + (type.Size() * width) > parameter.ByteCount)
        {
            throw Unsupported($"the access reaches beyond the {parameter.ByteCount} bytes of '{parameter.Name}'");
        }
    }

    private int TakeWidth() => modifiers.TakeAny("v2", "v4", "v8") switch
    {
        "v2" => 2,
        "v4" => 4,
        "v8" => 8,
        _ => 1,
    };

    private void TakeMemoryOrder(bool isLoad)
    {
        bool cacheVolatile = modifiers.Take("cv");
        switch (modifiers.TakeAny("volatile", "relaxed", "acquire", "release", "mmio", "acq_rel"))
        {
            case "acquire":
                current.Mode |= AccessModes.Polls | AccessModes.Acquires | AccessModes.Strong;
                break;
            case "release":
                current.Mode |= AccessModes.Polls | AccessModes.Releases | AccessModes.Strong;
                break;
            case "acq_rel":
                current.Mode |= AccessModes.Polls | AccessModes.Acquires | AccessModes.Releases | AccessModes.Strong;
                break;
            case not null:
                current.Mode |= AccessModes.Polls | AccessModes.Strong;
                break;
            default:
                current.Mode |= cacheVolatile && isLoad ? AccessModes.Polls : 0;
                break;
        }

        while (modifiers.TakeAny(Hints) is not null)
        {
        }

        if (modifiers.Take("unified") || modifiers.Take("L2::cache_hint"))
        {
            throw Unsupported("cache policies are not supported");
        }
    }

    /// <summary>Sets the registers of a load; returns their width in bytes.</summary>
    private int Targets(Operand operand, PtxType type, int width)
    {
        if (operand is VectorOperand vector)
        {
            if (vector.Elements.Length != width)
            {
                throw Unsupported($"{vector.Elements.Length} registers for {width} values");
            }

            var list = new List<int>();
            int bytes = type.Size();
            foreach (Operand element in vector.Elements)
            {
                bytes = Math.Max(bytes, RegisterOf(element)?.Type.Size() ?? 0);
                list.Add(element is SinkOperand ? -1 : Result(element, type, true));
            }

            SetList(list);
            return bytes;
        }

        current.D = Result(operand, type, true);
        return RegisterOf(operand)?.Type.Size() ?? type.Size();
    }

    private void SelectStore()
    {
        PtxSpace space = TakeSpace();
        TakeMemoryOrder(false);
        int width = TakeWidth();
        PtxType type = modifiers.Type;
        ExpectOperands(2);
        VariableSyntax? parameter = Address(0, ref space);
        int registerBytes = type.Size();
        if (width > 1 && type.Size() * width > 16)
        {
            throw Unsupported("a vector of more than 128 bits");
        }

        if (Operand(1) is VectorOperand vector)
        {
            if (vector.Elements.Length != width)
            {
                throw Unsupported($"{vector.Elements.Length} registers for {width} values");
            }

            var list = new List<int>();
            foreach (Operand element in vector.Elements)
            {
                list.Add(Source(element, type, true));
                registerBytes = Math.Max(registerBytes, RegisterOf(element)?.Type.Size() ?? 0);
            }

            SetList(list);
        }
        else
        {
            current.B = Source(1, type, true);
            registerBytes = Math.Max(registerBytes, RegisterOf(Operand(1))?.Type.Size() ?? 0);
        }

        if (space == PtxSpace.Const || (space == PtxSpace.Param && parameter is null))
        {
            throw Unsupported("constant memory and kernel parameters cannot be written");
        }

        if (parameter is not null)
        {
            CheckExtent(parameter, type, width);
            if (function.IsEntry && function.Parameters.Contains(parameter))
            {
                throw Unsupported("kernel parameters cannot be written");
            }

            current.Execute = LoadRoutine(LoadForm.Store, type, registerBytes);
            return;
        }

        if (registerBytes == 8 && type.Size() < 8)
        {
            current.Execute = width > 1 ? throw Unsupported("64-bit registers for a vector of narrower values") : type.Size() switch
            {
                1 => &Transfers.StoreNarrowed<byte>,
                2 => &Transfers.StoreNarrowed<ushort>,
                _ => &Transfers.StoreNarrowed<uint>,
            };
            return;
        }

        current.Execute = (type.Size(), width) switch
        {
            (1, 1) => &Transfers.Store<byte>,
            (2, 1) => &Transfers.Store<ushort>,
            (4, 1) => &Transfers.Store<uint>,
            (8, 1) => &Transfers.Store<ulong>,
            (1, _) => &Transfers.StoreVector<byte>,
            (2, _) => &Transfers.StoreVector<ushort>,
            (4, _) => &Transfers.StoreVector<uint>,
            (8, _) => &Transfers.StoreVector<ulong>,
            _ => throw UnsupportedType(),
        };
    }

    private enum LoadForm
    {
        One,
        Vector,
        Launch,
        Frame,
        Store,
    }

    private Routine LoadRoutine(LoadForm form, PtxType type, int registerBytes) => type switch
    {
        PtxType.S8 => LoadRoutine<sbyte>(form, registerBytes),
        PtxType.U8 or PtxType.B8 => LoadRoutine<byte>(form, registerBytes),
        PtxType.S16 => LoadRoutine<short>(form, registerBytes),
        PtxType.U16 or PtxType.B16 or PtxType.F16 or PtxType.BF16 => LoadRoutine<ushort>(form, registerBytes),
        PtxType.S32 => LoadRoutine<int>(form, registerBytes),
        PtxType.U32 or PtxType.B32 or PtxType.F32 or PtxType.F16x2 or PtxType.BF16x2 => LoadRoutine<uint>(form, registerBytes),
        PtxType.U64 or PtxType.S64 or PtxType.B64 or PtxType.F64 => LoadRoutine<ulong>(form, registerBytes),
        _ => throw UnsupportedType(),
    };

    private static Routine LoadRoutine<T>(LoadForm form, int registerBytes)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => registerBytes switch
        {
            8 => LoadRoutine<T, ulong>(form),
            4 => LoadRoutine<T, uint>(form),
            _ => LoadRoutine<T, ushort>(form),
        };

    private static Routine LoadRoutine<T, R>(LoadForm form)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
        where R : unmanaged, System.Numerics.IBinaryInteger<R> => form switch
        {
            LoadForm.One => &Transfers.Load<T, R>,
            LoadForm.Vector => &Transfers.LoadVector<T, R>,
            LoadForm.Launch => &Transfers.LoadParameter<T, R>,
            LoadForm.Frame => &Transfers.LoadFrame<T, R>,
            _ => &Transfers.StoreFrame<T, R>,
        };
}
