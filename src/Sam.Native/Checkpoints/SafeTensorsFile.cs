using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Sam.Native;

/// <summary>A safetensors file, opened for reading: named tensors and strings, as torch's ecosystem stores weights.</summary>
/// <remarks>The header is checked in full when the file is opened: its length, the JSON, duplicate names, types, shapes, and that the
/// tensors fill the
/// data without hole or overlap. A tensor of a type that is not known is a range of bytes; fields beside dtype, shape and data_offsets are
/// passed over, as the format's own library does; a name that occurs twice, which that library takes, is refused. The data are mapped into memory and read when asked for. Reading from several threads is safe. A file
/// that another
/// program shortens while it is open is beyond what can be checked; <see cref="SafeTensorsWriter"/> never does that, it replaces files as
/// a whole.</remarks>
/// <example>
/// <code>
/// using SafeTensorsFile file = SafeTensorsFile.Open("resnet18.safetensors");
/// float[] bias = file.ReadSingles("fc.bias");
/// </code>
/// </example>
public sealed unsafe class SafeTensorsFile : IDisposable
{
    private const int LengthByteCount = sizeof(ulong);

    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, SafeTensor> _byName;
    private readonly Dictionary<string, string> _metadata;
    private readonly long _dataStart;
    private bool _disposed;

    private SafeTensorsFile(string path)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("safetensors files are little-endian and are read on little-endian machines only.");
        }

        Path = path;
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        long length = stream.Length;
        if (length < LengthByteCount)
        {
            throw new SafeTensorsException(path, $"a safetensors file begins with the {LengthByteCount} bytes of its header's length; the file has {length} bytes.");
        }

        _mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            _view = _mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            try
            {
                ReadOnlySpan<byte> json = FindHeader(pointer + _view.PointerOffset, length);
                _dataStart = LengthByteCount + json.Length;
                Tensors = SafeTensorsHeader.Read(path, json, length - _dataStart, out _metadata);
            }
            finally
            {
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
            }

            _byName = Tensors.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        }
        catch
        {
            _view?.Dispose();
            _mapping.Dispose();
            throw;
        }
    }

    /// <summary>The path the file was opened with.</summary>
    public string Path { get; }

    /// <summary>The tensors in the order of the header.</summary>
    public ImmutableArray<SafeTensor> Tensors { get; }

    /// <summary>The strings stored under __metadata__; empty without that entry.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    /// <exception cref="SafeTensorsException">The file has no such tensor.</exception>
    public SafeTensor this[string name] => TryGet(name, out SafeTensor? tensor)
        ? tensor
        : throw new SafeTensorsException(Path, $"the file has no such tensor; it has {Tensors.Length}.", name);

    /// <summary>Opens a file and checks it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file; dispose it to release the mapping.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a directory.</exception>
    /// <exception cref="SafeTensorsException">The file is not a safetensors file; the message says why.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SafeTensorsFile(path);
    }

    /// <summary>Looks a tensor up by its name.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    /// <param name="tensor">The tensor, or null.</param>
    /// <returns>Whether the file has it.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out SafeTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Reads all values of a tensor as float32: floats of any width are converted (rounded to nearest from float64), integers and
    /// booleans too.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The values, row-major.</returns>
    /// <exception cref="SafeTensorsException">The file has no such tensor, or its type does not convert.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public float[] ReadSingles(string name)
    {
        SafeTensor tensor = this[name];
        float[] values = new float[tensor.Count];
        ReadSingles(tensor, 0, values);
        return values;
    }

    /// <summary>Reads a range of a tensor as float32: floats of any width are converted (rounded to nearest from float64), integers and
    /// booleans too.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="start">The first element, row-major.</param>
    /// <param name="destination">Takes as many elements as it has.</param>
    /// <exception cref="ArgumentException">The tensor is not one of this file, or the range is not inside it.</exception>
    /// <exception cref="SafeTensorsException">The tensor's type does not convert (8-bit floats and types that are not
    /// known).</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void ReadSingles(SafeTensor tensor, long start, Span<float> destination)
    {
        CheckRange(tensor, start, destination.Length);
        if (tensor.Type is SafeTensorType.Unknown or SafeTensorType.Float8E4M3 or SafeTensorType.Float8E5M2)
        {
            throw new SafeTensorsException(Path, $"values of type {SafeTensorsException.Shorten(tensor.TypeName)} do not convert to float32.", tensor.Name);
        }

        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        try
        {
            SafeTensorConversion.ToSingles(tensor.Type, Address(pointer, tensor) + (start * tensor.Type.ElementSize()), destination);
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    /// <summary>Reads a range of a tensor as it is stored.</summary>
    /// <typeparam name="T">float, double, Half or an integer type: exactly the tensor's. byte reads the raw bytes of any type, counted in
    /// bytes.</typeparam>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="start">The first element (or byte), row-major.</param>
    /// <param name="destination">Takes as many elements (or bytes) as it has.</param>
    /// <exception cref="ArgumentException">The tensor is not one of this file, or the range is not inside it.</exception>
    /// <exception cref="SafeTensorsException">The tensor has another type.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void Read<T>(SafeTensor tensor, long start, Span<T> destination)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        bool raw = typeof(T) == typeof(byte);
        // Bytes other than 0 and 1 are no booleans, so those are read as bytes.
        if (!raw && (typeof(T) == typeof(bool) || !SafeTensorTypes.TryFrom<T>(out SafeTensorType type) || type != tensor.Type))
        {
            throw new SafeTensorsException(Path, $"its values are {SafeTensorsException.Shorten(tensor.TypeName)}, not {typeof(T).Name}.", tensor.Name);
        }

        CheckRange(tensor, start, destination.Length, raw ? tensor.ByteCount : tensor.Count);
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        try
        {
            byte* source = Address(pointer, tensor) + (start * sizeof(T));
            new ReadOnlySpan<byte>(source, checked(destination.Length * sizeof(T))).CopyTo(MemoryMarshal.AsBytes(destination));
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    /// <summary>Reads all values of a tensor as they are stored.</summary>
    /// <typeparam name="T">float, double, Half or an integer type: exactly the tensor's. byte reads the raw bytes of any type.</typeparam>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The values, row-major.</returns>
    /// <exception cref="SafeTensorsException">The file has no such tensor, or it has another type.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public T[] Read<T>(string name)
        where T : unmanaged
    {
        SafeTensor tensor = this[name];
        T[] values = new T[typeof(T) == typeof(byte) ? tensor.ByteCount : tensor.Count];
        Read(tensor, 0, values.AsSpan());
        return values;
    }

    /// <summary>Closes the file. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _view.Dispose();
            _mapping.Dispose();
        }
    }

    private ReadOnlySpan<byte> FindHeader(byte* start, long fileLength)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, LengthByteCount));
        return length <= SafeTensorsHeader.MaximumByteCount && (long)length <= fileLength - LengthByteCount
            ? new ReadOnlySpan<byte>(start + LengthByteCount, (int)length)
            : throw new SafeTensorsException(
                Path,
                $"the header's length is at most {SafeTensorsHeader.MaximumByteCount} and at most the {fileLength - LengthByteCount} bytes that follow it; the file says {length}.");
    }

    private byte* Address(byte* pointer, SafeTensor tensor) => pointer + _view.PointerOffset + _dataStart + tensor.Begin;

    private void CheckRange(SafeTensor tensor, long start, int count)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        CheckRange(tensor, start, count, tensor.Count);
    }

    private void CheckRange(SafeTensor tensor, long start, int count, long available)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_byName.TryGetValue(tensor.Name, out SafeTensor? own) || !ReferenceEquals(own, tensor))
        {
            throw new ArgumentException($"'{tensor.Name}' is not a tensor of {Path}.", nameof(tensor));
        }

        if (start < 0 || start > available || count > available - start)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), start, $"'{tensor.Name}' has {available} elements; {count} from {start} on are not all inside.");
        }
    }
}
