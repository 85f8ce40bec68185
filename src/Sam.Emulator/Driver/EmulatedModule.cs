namespace Sam.Emulator;

/// <summary>PTX loaded into a context.</summary>
internal sealed class EmulatedModule : EmulatedObject
{
    private readonly Dictionary<string, EmulatedFunction> _functions = new(StringComparer.Ordinal);

    internal EmulatedModule(EmulatedContext context, PtxModule module)
        : base(context)
    {
        Loaded = new LoadedModule(module, context.Device.Memory);
        context.Add(this);
    }

    internal LoadedModule Loaded { get; }

    /// <summary>The kernel with a name; one object a kernel, as a driver gives one handle.</summary>
    /// <param name="name">Its name in the PTX.</param>
    /// <returns>The kernel; null where the module has none of that name.</returns>
    internal EmulatedFunction? Function(string name)
    {
        if (_functions.TryGetValue(name, out EmulatedFunction? known)) return known;
        if (Loaded.Module.FindKernel(name) is not { } kernel) return null;
        EmulatedFunction function = new(this, kernel);
        _functions.Add(name, function);
        return function;
    }

    /// <inheritdoc/>
    internal override void Destroy()
    {
        if (!IsAlive) return;
        base.Destroy();
        foreach (EmulatedFunction function in _functions.Values) function.Destroy();
        Context.Remove(this);
        Loaded.Dispose();
    }
}
