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
        ArenaCount = graph.ArenaCount;
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

    public int ArenaCount { get; }

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
    /// <param name="masked">Whether the call that writes it zeroes it where the value's ReLU was off.</param>
    public Gradient NewGradient(Tensor tensor, bool masked) =>
        new(NewStorage($"gradient of {tensor.Storage.Name}", tensor.Storage.Count), masked);

    /// <summary>Hands a gradient to the value's producer; a value that several layers read gets the sum of theirs.</summary>
    public void Deposit(Tensor tensor, Gradient gradient)
    {
        if (!_gradients.TryGetValue(tensor.Root, out Gradient? sum))
        {
            _gradients.Add(tensor.Root, gradient);
            return;
        }

        Call("Add", [Argument.Elements(sum.Storage), Argument.Read(gradient), Argument.Write(sum)]);
        sum.IsMasked &= gradient.IsMasked;
    }

    private void WriteForward()
    {
        foreach (Node node in Nodes.Where(static n => !n.IsFree))
        {
            _node = node;
            node.Layer.Forward(this, node);
        }
    }

    private void WriteBackward()
    {
        _calls = _backward;
        _gradients.Add(Output.Root, OutputGradient);
        foreach (Node node in Nodes.Reverse().Where(static n => !n.IsFree && n.Output.NeedsGradient))
        {
            _node = node;
            Gradient gradient = _gradients[node.Output.Root];
            if (node.Output.IsRectified && !gradient.IsMasked)
            {
                Call(
                    "ActivationBackward",
                    [Argument.Activation("Relu"), Argument.Elements(node.Output), Argument.Null, Argument.Read(node.Output), Argument.Read(gradient), Argument.Write(gradient)]);
                gradient.IsMasked = true;
            }

            node.Layer.Backward(this, node, gradient);
        }
    }

    // Moments: forward calls from 1, then the loss, then backward calls. The input is there before the first and stays for the second pass of a
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
