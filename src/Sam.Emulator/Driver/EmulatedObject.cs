namespace Sam.Emulator;

/// <summary>Something that a C caller knows by a handle and that lives in a context.</summary>
internal abstract class EmulatedObject
{
    /// <summary>Makes it and gives it a handle.</summary>
    /// <param name="context">The context that it lives in.</param>
    protected EmulatedObject(EmulatedContext context)
    {
        Context = context;
        Handle = HandleTable.Add(this);
    }

    /// <summary>The context that it lives in.</summary>
    internal EmulatedContext Context { get; }

    /// <summary>The number that callers know it by.</summary>
    internal nint Handle { get; }

    /// <summary>Whether its handle is still valid.</summary>
    internal bool IsAlive { get; private set; } = true;

    /// <summary>Takes the handle back; a second call does nothing.</summary>
    internal virtual void Destroy()
    {
        if (!IsAlive) return;
        IsAlive = false;
        HandleTable.Remove(Handle);
    }
}
