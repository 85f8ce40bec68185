namespace Sam.Generators.Models.Programs;

/// <summary>A model as a straight line of calls: the forward pass, the loss, the backward pass, with every value in its place.</summary>
internal sealed class Program
{
    private readonly List<Call> _forward = [];
    private readonly List<Call> _backward = [];
    private readonly List<Storage> _storages = [];
    private readonly Dictionary<Tensor, Gradient> _gradients = [];
    private List<Call> _calls;
    private Node _node = null!;

    private Program(ModelDeclaration declaration)
    {
        _calls = _forward;
        ModelGraph graph = new(declaration);
        Nodes = graph.Nodes;
        Parameters = graph.Parameters;
        Buffers = graph.Buffers;
        ArenaCount = graph.ArenaCount;
        BufferCount = graph.BufferCount;
        Input = graph.Input;
        Output = graph.Output;
        Fusion.Apply(this);
        WriteForward();
        OutputGradient = new Gradient(NewStorage("gradient of output", Output.Storage.Count), isMasked: false);
        WriteBackward();
        PlanMemory();
    }

    public IReadOnlyList<Node> Nodes { get; }

    public IReadOnlyList<ParameterSlot> Parameters { get; }

    public IReadOnlyList<BufferSlot> Buffers { get; }

    public int ArenaCount { get; }

    public int BufferCount { get; }

    /// <summary>The smallest batch that can be trained with.</summary>
    public int MinimumTrainingBatch => Nodes.Max(static n => n.Layer.MinimumTrainingBatch(n.Input.Shape));

    public long ActivationCount { get; private set; }

    public Tensor Input { get; }

    public Tensor Output { get; }

    public Gradient OutputGradient { get; }

    public IReadOnlyList<Call> ForwardCalls => _forward;

    public IReadOnlyList<Call> BackwardCalls => _backward;

    public IReadOnlyList<Storage> Storages => _storages;

    /// <summary>Turns a checked declaration into calls.</summary>
    public static Program Build(ModelDeclaration declaration) => new(declaration);

    public Storage NewStorage(string name, long count)
    {
        Storage storage = new(name, count);
        _storages.Add(storage);
        return storage;
    }

    /// <summary>Adds a call of a kernel.</summary>
    public void Call(string kernel, IReadOnlyList<Argument> arguments, Condition condition = Condition.Always) =>
        CallMethod("kernels." + kernel, arguments, condition);

    /// <summary>Adds a call of any static method.</summary>
    public void CallMethod(string method, IReadOnlyList<Argument> arguments, Condition condition = Condition.Always) =>
        _calls.Add(new Call(_node, condition, method, arguments));

    /// <summary>Memory for the gradient of a value.</summary>
    /// <param name="tensor">The value.</param>
    /// <param name="masked">Whether the call that writes it zeroes it where the value's ReLU was off, if the value wants that.</param>
    public Gradient NewGradient(Tensor tensor, bool masked) =>
        new(NewStorage($"gradient of {tensor.Storage.Name}", tensor.Shape.Count), masked && (tensor.WantsMask || !tensor.IsRectified));

    /// <summary>The gradient where it may be written to: itself, or a copy where it is shared.</summary>
    public Gradient Own(Gradient gradient, Tensor tensor)
    {
        if (!gradient.IsShared)
        {
            return gradient;
        }

        Gradient copy = new(NewStorage($"gradient of {tensor.Storage.Name}", tensor.Shape.Count), gradient.IsMasked);
        Call("Copy", [Argument.Elements(tensor), Argument.Read(gradient), Argument.Write(copy)]);
        return copy;
    }

    /// <summary>Hands a gradient to the value's producer; a value that several layers read gets the sum of theirs.</summary>
    public void Deposit(Tensor tensor, Gradient gradient)
    {
        if (!_gradients.TryGetValue(tensor.Root, out Gradient? sum))
        {
            _gradients.Add(tensor.Root, gradient);
            return;
        }

        bool masked = sum.IsMasked && gradient.IsMasked;
        if (sum.IsShared && gradient.IsShared)
        {
            Gradient total = new(NewStorage($"gradient of {tensor.Storage.Name}", tensor.Shape.Count), masked);
            Call(
                "AddForward", [Argument.Activation("None"), Argument.Elements(tensor), Argument.Read(sum), Argument.Read(gradient), Argument.Write(total)]);
            _gradients[tensor.Root] = total;
            return;
        }

        (Gradient kept, Gradient added) = sum.IsShared ? (gradient, sum) : (sum, gradient);
        Call("Add", [Argument.Elements(kept.Storage), Argument.Read(added), Argument.Write(kept)]);
        kept.IsMasked = masked;
        _gradients[tensor.Root] = kept;
    }

    private void WriteForward()
    {
        foreach (Node node in InOrder())
        {
            _node = node;
            node.Layer.Forward(this, node);
        }
    }

    private IEnumerable<Node> InOrder() => Nodes.Where(static n => !n.IsFree).OrderBy(static n => n.Order).ThenBy(static n => n.Index);

    private void WriteBackward()
    {
        _calls = _backward;
        _gradients.Add(Output.Root, OutputGradient);
        foreach (Node node in InOrder().Reverse().Where(static n => n.Output.NeedsGradient))
        {
            _node = node;
            Gradient gradient = _gradients[node.Output.Root];
            if (node.Output.IsRectified && !gradient.IsMasked && !node.Layer.MasksOwnGradient)
            {
                gradient = Own(gradient, node.Output);
                Call(
                    "ActivationBackward",
                    [
                        Argument.Activation("Relu"), Argument.Elements(node.Output), Argument.Null, Argument.Read(node.Output),
                        Argument.Read(gradient), Argument.Write(gradient),
                    ]);
                gradient.IsMasked = true;
            }

            node.Layer.Backward(this, node, gradient);
        }
    }

    // Moments: forward calls from 1, then the loss, then backward calls. The input is there before the first and stays for the second
    // pass of a
    // SAM step; the output can be read until the next forward pass.
    private void PlanMemory()
    {
        int moment = 1;
        foreach (Call call in _forward)
        {
            Touch(call, moment++);
        }

        Output.Storage.Touch(moment);
        OutputGradient.Storage.Touch(moment++);
        foreach (Call call in _backward)
        {
            Touch(call, moment++);
        }

        Output.Storage.Touch(moment);
        Input.Storage.Touch(0);
        Input.Storage.Touch(moment);
        ActivationCount = MemoryPlan.Place(_storages);
    }

    private static void Touch(Call call, int moment)
    {
        foreach (Argument argument in call.Arguments)
        {
            argument.Storage?.Touch(moment);
        }
    }
}
