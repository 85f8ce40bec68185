using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sam.Native;

/// <summary>The address of elements of type <typeparamref name="T"/> in a device's memory: host memory for the CPU device, device memory for CUDA.</summary>
/// <typeparam name="T">Element type; offsets are counted in elements of it.</typeparam>
/// <param name="address">Address in bytes; 0 is the null pointer.</param>
/// <remarks>A plain number with a type: it owns nothing, frees nothing and converts to nothing implicitly.</remarks>
public readonly struct DevicePointer<T>(nint address) : IEquatable<DevicePointer<T>>
    where T : unmanaged
{
    /// <summary>Wraps a host pointer, as the CPU device uses it.</summary>
    /// <param name="pointer">A pointer that the caller keeps valid.</param>
    public unsafe DevicePointer(T* pointer)
        : this((nint)pointer)
    {
    }

    /// <summary>The pointer to nothing, which optional arguments take for "absent".</summary>
    public static DevicePointer<T> Null => default;

    /// <summary>The address in bytes.</summary>
    public nint Address { get; } = address;

    /// <summary>True for the pointer to nothing.</summary>
    public bool IsNull => Address == 0;

    /// <summary>The pointer <paramref name="count"/> elements further on.</summary>
    /// <param name="pointer">Where to start.</param>
    /// <param name="count">Elements to go forward; negative goes back.</param>
    /// <returns>The moved pointer.</returns>
    public static DevicePointer<T> operator +(DevicePointer<T> pointer, long count) =>
        new(pointer.Address + (nint)(count * Unsafe.SizeOf<T>()));

    /// <summary>Whether two pointers are the same address.</summary>
    /// <param name="left">One pointer.</param>
    /// <param name="right">The other.</param>
    /// <returns>True for equal addresses.</returns>
    public static bool operator ==(DevicePointer<T> left, DevicePointer<T> right) => left.Address == right.Address;

    /// <summary>Whether two pointers are different addresses.</summary>
    /// <param name="left">One pointer.</param>
    /// <param name="right">The other.</param>
    /// <returns>True for different addresses.</returns>
    public static bool operator !=(DevicePointer<T> left, DevicePointer<T> right) => left.Address != right.Address;

    /// <summary>The address as a host pointer. Only meaningful for memory that the host can reach.</summary>
    /// <returns>The same address.</returns>
    public unsafe T* ToPointer() => (T*)Address;

    /// <summary>The same address as that of elements of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <returns>The same address.</returns>
    public DevicePointer<TOther> Cast<TOther>()
        where TOther : unmanaged => new(Address);

    /// <inheritdoc/>
    public bool Equals(DevicePointer<T> other) => Address == other.Address;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DevicePointer<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Address:x}");
}
