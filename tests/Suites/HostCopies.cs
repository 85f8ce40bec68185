using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sam.Native;

namespace Sam.Tests;

/// <summary>Copies of what a model has, whatever memory its device works in.</summary>
internal static class HostCopies
{
    public static float[] Copy(this Parameter parameter)
    {
        float[] values = new float[parameter.Count];
        parameter.Read(values);
        return values;
    }

    public static float[] CopyGradients(this Parameter parameter)
    {
        float[] values = new float[parameter.Count];
        parameter.ReadGradients(values);
        return values;
    }

    public static float[] Copy(this ModelBuffer buffer)
    {
        float[] values = new float[buffer.Count];
        buffer.Read(values);
        return values;
    }

    /// <summary>A digest of all parameters and buffers.</summary>
    public static string Hash(Model model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in model.Parameters) hash.AppendData(MemoryMarshal.AsBytes<float>(parameter.Copy()));
        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (buffer.Info.IsInteger) hash.AppendData(BitConverter.GetBytes(buffer.Integer));
            else hash.AppendData(MemoryMarshal.AsBytes<float>(buffer.Copy()));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
