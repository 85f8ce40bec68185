using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

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

    public long ActivationCount { get; private set; }

    public Tensor Input { get; }

    public Tensor Output { get; }

    public Gradient OutputGradient { get; }

    public IReadOnlyList<Call> ForwardCalls => _forward;

    public IReadOnlyList<Call> BackwardCalls => _backward;

    public IReadOnlyList<Storage> Storages => _storages;

    /// <summary>The smallest batch of a pass, in training or in evaluation.</summary>
    public int MinimumBatch(bool training) => Nodes.Max(n => n.Layer.MinimumBatch(n.Input.Shape, training));

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

    /// <summary>Adds a call of any static method; in the backward pass one that is made where a parameter that had a part in the layer's
    /// output needs its gradient.</summary>
    public void CallMethod(string method, IReadOnlyList<Argument> arguments, Condition condition = Condition.Always) =>
        Add(method, arguments, condition, _calls == _backward ? NeedsBefore(_node.ParameterEnd) : "");

    /// <summary>Adds the call of a kernel that makes the gradients of the layer's own parameters, where one of them is needed.</summary>
    public void CallForParameters(string kernel, IReadOnlyList<Argument> arguments) =>
        Add("kernels." + kernel, arguments, Condition.Always, _node.NeedsOwn);

    /// <summary>Adds the call of a kernel that makes the gradient of a value, where it is needed.</summary>
    public void CallFor(Tensor tensor, string kernel, IReadOnlyList<Argument> arguments) =>
        Add("kernels." + kernel, arguments, Condition.Always, NeedsBefore(tensor.ParameterEnd));

    /// <summary>A value that the backward pass reads. What a batch normalisation made for one reader is made again, which costs a pass
    /// over memory that the reader's own work hides, instead of being kept since the forward pass.</summary>
    /// <param name="tensor">The value.</param>
    /// <returns>Where it can be read in the next call.</returns>
    public Argument ReadAgain(Tensor tensor)
    {
        if (tensor.IsShared || tensor.Root.Producer is not { Layer: BatchNormLayer normalization, Added: null } producer)
        {
            return Argument.Read(tensor);
        }

        Storage storage = NewStorage($"{tensor.Storage.Name} again", tensor.Storage.Count);
        normalization.Again(this, producer, storage);
        producer.Fuse("made again");
        return Argument.At(storage);
    }

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

    /// <summary>The gradient that a value has been given so far, where more may be added to it in place.</summary>
    /// <param name="tensor">The value.</param>
    /// <returns>The gradient, or null.</returns>
    public Gradient? Deposited(Tensor tensor) => _gradients.TryGetValue(tensor.Root, out Gradient? sum) && !sum.IsShared ? sum : null;

    /// <summary>The gradient that a value has been given so far, for a call that reads it and makes the sum: deposit that instead.</summary>
    /// <param name="tensor">The value.</param>
    /// <returns>The gradient, or null.</returns>
    public Gradient? Take(Tensor tensor)
    {
        if (!_gradients.TryGetValue(tensor.Root, out Gradient? sum))
        {
            return null;
        }

        _gradients.Remove(tensor.Root);
        return sum;
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
            CallFor(
                tensor, "AddForward", [Argument.Activation("None"), Argument.Elements(tensor), Argument.Read(sum), Argument.Read(gradient), Argument.Write(total)]);
            _gradients[tensor.Root] = total;
            return;
        }

        (Gradient kept, Gradient added) = sum.IsShared ? (gradient, sum) : (sum, gradient);
        CallFor(tensor, "Add", [Argument.Elements(kept.Storage), Argument.Read(added), Argument.Write(kept)]);
        kept.IsMasked = masked;
        _gradients[tensor.Root] = kept;
    }

    // A step trains something, so what every parameter is in front of is always needed.
    private string NeedsBefore(int end) => end >= Parameters.Count ? "" : $"pass.NeedsBefore({Literal.Of(end)})";

    private void Add(string method, IReadOnlyList<Argument> arguments, Condition condition, string needs) =>
        _calls.Add(new Call(_node, condition, needs, method, arguments));

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
