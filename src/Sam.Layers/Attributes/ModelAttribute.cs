namespace Sam.Layers;

/// <summary>Declares a model: the class becomes a <see cref="Sam.Native.Model"/> made of the layers whose attributes follow, in their
/// order.</summary>
/// <param name="inputShape">Shape of one input example: sizes with an x between them, such as 1x28x28 for one channel of 28 rows and 28
/// columns, or 20 for
/// twenty features. The batch is not part of it.</param>
/// <remarks>The class is partial, neither static, abstract nor generic, has no other base class, and carries all its layer attributes in
/// one declaration. The
/// generator writes a constructor (device, batchSize, seed), a property for each layer with parameters, and the forward and backward
/// passes.</remarks>
/// <example>
/// <code>
/// [Model("1x28x28")]
/// [Conv2d("conv1", 32, 5, Padding = 2), Relu, MaxPool2d(2)]
/// [Flatten, Linear("fc1", 10)]
/// public sealed partial class SmallNet;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelAttribute(string inputShape) : Attribute
{
    /// <summary>Shape of one input example.</summary>
    public string InputShape { get; } = inputShape;
}
