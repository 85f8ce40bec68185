using Sam.Generators.Helpers;

namespace Sam.Generators.Models.Programs;

/// <summary>One argument of a call. What memory a call reads and writes is read off its arguments, so it cannot differ from the
/// text.</summary>
internal readonly record struct Argument
{
    private readonly string? _text;
    private readonly ParameterSlot? _parameter;
    private readonly string? _needs;

    private Argument(string? text, Storage? storage, ParameterSlot? parameter, string? needs = null)
    {
        _text = text;
        Storage = storage;
        _parameter = parameter;
        _needs = needs;
    }

    public static Argument Batch => Text("batch");

    public static Argument Accumulate => Text("pass.Accumulate");

    public static Argument Null => Text("default");

    /// <summary>The range of the activation block it is, or null.</summary>
    public Storage? Storage { get; }

    public static Argument Text(string text) => new(text, null, null);

    public static Argument Activation(string name) => Text($"{Names.Native}Activation.{name}");

    public static Argument Elements(Tensor tensor) => Elements(tensor.Storage);

    public static Argument Elements(Storage storage) => Text($"batch * {Literal.Of(storage.Count)}L");

    public static Argument Read(Tensor tensor) => new(null, tensor.Storage, null);

    public static Argument Read(Gradient gradient) => new(null, gradient.Storage, null);

    public static Argument Write(Tensor tensor) => Read(tensor);

    public static Argument Write(Gradient gradient) => Read(gradient);

    /// <summary>The memory where the gradient of the value is needed, else null.</summary>
    public static Argument WriteIfNeeded(Gradient? gradient, Tensor tensor) =>
        gradient is null ? Null : new(null, gradient.Storage, null, $"pass.NeedsBefore({Literal.Of(tensor.ParameterEnd)})");

    public static Argument At(Storage storage) => new(null, storage, null);

    /// <summary>The value itself where a ReLU made it, so that its gradient is masked as it is written; else nothing.</summary>
    public static Argument Mask(Tensor tensor) => tensor.WantsMask ? Read(tensor) : Null;

    public static Argument Weights(ParameterSlot parameter) => new("pass.Weights", null, parameter);

    /// <summary>The gradient of a parameter, or null where nobody needs it.</summary>
    public static Argument Gradients(ParameterSlot parameter) =>
        Text($"pass.Gradient({Literal.Of(parameter.Index)}, {Literal.Of(parameter.Offset)})");

    /// <summary>The argument as C#; call it when the memory is planned.</summary>
    public override string ToString() => Storage is not null
        ? (_needs is null ? "" : _needs + " ? ") + $"pass.At({Literal.Of(Storage.Offset)})" + (_needs is null ? "" : " : default")
        : _parameter is not null ? $"{_text} + {Literal.Of(_parameter.Offset)}" : _text!;
}
