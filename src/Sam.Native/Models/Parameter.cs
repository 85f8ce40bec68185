namespace Sam.Native;

/// <summary>A trainable tensor of a model: a view of a range of the weight arena and of the same range of the gradient arena. Its address never changes.</summary>
public sealed class Parameter
{
    private readonly Model _model;

    internal Parameter(Model model, ParameterInfo info)
    {
        _model = model;
        Info = info;
    }

    /// <summary>What is known of the parameter at compile time.</summary>
    public ParameterInfo Info { get; }

    /// <summary>torch's name, such as conv1.weight.</summary>
    public string Name => Info.Name;

    /// <summary>torch's shape, such as 32x1x5x5.</summary>
    public Shape Shape => Info.Shape;

    /// <summary>Number of elements.</summary>
    public int Count => Info.Count;

    /// <summary>First element in the arenas.</summary>
    public int Offset => Info.Offset;

    /// <summary>What it is to its layer.</summary>
    public ParameterRole Role => Info.Role;

    /// <summary>Where its values lie in the device's memory.</summary>
    public DevicePointer<float> Pointer => _model.WeightMemory + Info.Offset;

    /// <summary>Where its gradient lies in the device's memory. Also valid as a place to write a gradient of one's own.</summary>
    public DevicePointer<float> GradientPointer
    {
        get
        {
            _model.MaterializeGradients();
            return _model.GradientMemory + Info.Offset;
        }
    }

    /// <summary>Its values, row-major; writing to the span changes the model. Between the first and the second half of a SAM step these are the
    /// perturbed weights.</summary>
    /// <exception cref="InvalidOperationException">The device's memory is not the program's: use <see cref="Read"/> and <see cref="Write"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Span<float> Values => _model.HostSpan(Pointer, Count);

    /// <summary>Its gradient, row-major: what the last backward passes left, zero after <see cref="Model.ZeroGradients"/>.</summary>
    /// <exception cref="InvalidOperationException">The device's memory is not the program's: use <see cref="ReadGradients"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Span<float> Gradients => _model.HostSpan(GradientPointer, Count);

    /// <summary>Copies the values out, from any device.</summary>
    /// <param name="destination">At least <see cref="Count"/> elements.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Read(Span<float> destination)
    {
        CheckLength(destination.Length, nameof(destination), exact: false);
        _model.Device.Download(Pointer, destination[..Count]);
    }

    /// <summary>Copies values in, on any device.</summary>
    /// <param name="source">Exactly <see cref="Count"/> elements, row-major.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Write(ReadOnlySpan<float> source)
    {
        CheckLength(source.Length, nameof(source), exact: true);
        _model.Device.Upload(source, Pointer);
    }

    /// <summary>Copies the gradient out, from any device.</summary>
    /// <param name="destination">At least <see cref="Count"/> elements.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void ReadGradients(Span<float> destination)
    {
        CheckLength(destination.Length, nameof(destination), exact: false);
        _model.Device.Download(GradientPointer, destination[..Count]);
    }

    /// <summary>Name and shape.</summary>
    /// <returns>Such as conv1.weight 32x1x5x5.</returns>
    public override string ToString() => $"{Name} {Shape}";

    private void CheckLength(int length, string argument, bool exact)
    {
        if (length < Count || (exact && length != Count))
        {
            throw new ArgumentException($"{Name} has {Count} elements ({Shape}); {argument} has {length}.", argument);
        }
    }
}
