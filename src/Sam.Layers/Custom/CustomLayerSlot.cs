using System.ComponentModel;
using System.Globalization;
using Sam.Native;

namespace Sam.Layers;

/// <summary>The place of a layer of one's own in a model; made by generated code.</summary>
/// <param name="layout">The model's layout.</param>
/// <param name="name">Name of the layer.</param>
/// <param name="inputShape">Shape of one input example.</param>
/// <param name="outputShape">Shape of one output example, as the declaration says it.</param>
/// <param name="firstParameter">Position of the layer's first parameter in the layout.</param>
/// <param name="parameterCount">Number of its parameters.</param>
/// <param name="stream">The layer's number, which names its random numbers.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CustomLayerSlot(
    ModelLayout layout, string name, Shape inputShape, Shape outputShape, int firstParameter, int parameterCount, uint stream)
{
    internal Shape InputShape { get; } = inputShape;

    internal Shape OutputShape { get; } = outputShape;

    internal int FirstParameter { get; } = firstParameter;

    internal int ParameterCount { get; } = parameterCount;

    internal uint Stream { get; } = stream;

    internal string ModelName => layout.Name;

    internal string Name { get; } = name;

    internal ParameterInfo Parameter(int index)
    {
        if ((uint)index >= (uint)ParameterCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index),
                index,
                string.Create(
                    CultureInfo.InvariantCulture, $"Layer '{Name}' of {layout.Name} has {ParameterCount} parameters, numbered from 0."));
        }

        return layout.Parameters[FirstParameter + index];
    }
}
