namespace Sam.Native;

/// <summary>A tensor of a model's state that is not trained: running statistics and counts of batch normalisation. Saved and loaded with
/// the parameters.</summary>
/// <remarks>Between the halves of a SAM step buffers are as the first pass left them: the second pass moves none, unless
/// <see cref="Model.UpdateStatisticsInBothPasses"/> says so.</remarks>
public sealed class ModelBuffer
{
    private readonly Model _model;

    internal ModelBuffer(Model model, BufferInfo info)
    {
        _model = model;
        Info = info;
    }

    /// <summary>What is known of the buffer at compile time.</summary>
    public BufferInfo Info { get; }

    /// <summary>torch's name, such as bn1.running_mean.</summary>
    public string Name => Info.Name;

    /// <summary>torch's shape; a scalar for a count.</summary>
    public Shape Shape => Info.Shape;

    /// <summary>Number of elements; 1 for a scalar.</summary>
    public int Count => Info.Count;

    /// <summary>The values, row-major; writing to the span changes the model.</summary>
    /// <exception cref="InvalidOperationException">The buffer is an integer (use <see cref="Integer"/>), or the device's memory is not the
    /// program's (use
    /// <see cref="Read"/> and <see cref="Write"/>).</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Span<float> Values
    {
        get
        {
            CheckType(integer: false);
            return _model.HostSpan(Pointer, Count);
        }
    }

    /// <summary>The value of a count, on any device.</summary>
    /// <exception cref="InvalidOperationException">The buffer holds floats.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public long Integer
    {
        get
        {
            CheckType(integer: true);
            long value = 0;
            _model.Device.Download(Pointer.Cast<long>(), new Span<long>(ref value));
            return value;
        }

        set
        {
            CheckType(integer: true);
            _model.Device.Upload(new ReadOnlySpan<long>(in value), Pointer.Cast<long>());
        }
    }

    internal DevicePointer<float> Pointer => _model.BufferMemory + Info.Offset;

    /// <summary>Copies the values out, from any device.</summary>
    /// <param name="destination">At least <see cref="Count"/> elements.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="InvalidOperationException">The buffer is an integer: use <see cref="Integer"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Read(Span<float> destination)
    {
        CheckType(integer: false);
        if (destination.Length < Count)
        {
            throw new ArgumentException($"{Name} has {Count} elements ({Shape}); {nameof(destination)} has {destination.Length}.", nameof(destination));
        }

        _model.Device.Download(Pointer, destination[..Count]);
    }

    /// <summary>Copies values in, on any device.</summary>
    /// <param name="source">Exactly <see cref="Count"/> elements, row-major.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    /// <exception cref="InvalidOperationException">The buffer is an integer: use <see cref="Integer"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Write(ReadOnlySpan<float> source)
    {
        CheckType(integer: false);
        if (source.Length != Count)
        {
            throw new ArgumentException($"{Name} has {Count} elements ({Shape}); {nameof(source)} has {source.Length}.", nameof(source));
        }

        _model.Device.Upload(source, Pointer);
    }

    /// <summary>Name and shape.</summary>
    /// <returns>Such as bn1.running_mean 64.</returns>
    public override string ToString() => $"{Name} {Shape}";

    /// <summary>Gives the buffer the value it starts with.</summary>
    internal void Reset()
    {
        if (Info.IsInteger)
        {
            Integer = (long)Info.Initial;
        }
        else
        {
            _model.Device.Kernels.Fill(Count, Info.Initial, Pointer);
        }
    }

    private void CheckType(bool integer)
    {
        if (Info.IsInteger != integer)
        {
            throw new InvalidOperationException(integer ? $"{Name} holds floats; use Values, Read and Write." : $"{Name} is an integer; use Integer.");
        }
    }
}
