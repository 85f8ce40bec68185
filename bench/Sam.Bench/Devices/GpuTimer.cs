using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench;

/// <summary>Times work in a CUDA device's stream by its own events.</summary>
internal sealed unsafe class GpuTimer : IDisposable
{
    private readonly CudaAccelerator _device;
    private readonly CudaEvent _begin;
    private readonly CudaEvent _end;

    /// <summary>Makes the events.</summary>
    /// <param name="device">The device.</param>
    public GpuTimer(CudaAccelerator device)
    {
        _device = device;
        using DeviceScope scope = device.Enter();
        CudaEvent made;
        Check(device.Driver.EventCreate(&made, CudaEventFlags.Default), "cuEventCreate");
        _begin = made;
        Check(device.Driver.EventCreate(&made, CudaEventFlags.Default), "cuEventCreate");
        _end = made;
    }

    /// <summary>Median milliseconds of bodies that take turns.</summary>
    /// <param name="rounds">Turns that count; as many again, up to three, warm up first.</param>
    /// <param name="runs">Runs of a body between two events.</param>
    /// <param name="bodies">What to time; each queues work.</param>
    public double[] Medians(int rounds, int runs, params ReadOnlySpan<Action> bodies)
    {
        // Two steps of a kind come before the first one that is a graph.
        foreach (Action body in bodies)
        {
            for (int i = 0; i < 3; i++) body();
        }

        double[][] times = new double[bodies.Length][];
        for (int i = 0; i < bodies.Length; i++) times[i] = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < bodies.Length; i++) times[i][round] = Milliseconds(runs, bodies[i]);
        }

        return [.. times.Select(static each => each.Order().ElementAt(each.Length / 2))];
    }

    /// <summary>Frees the events.</summary>
    public void Dispose()
    {
        using DeviceScope scope = _device.Enter();
        _device.Driver.EventDestroy(_begin);
        _device.Driver.EventDestroy(_end);
    }

    private double Milliseconds(int runs, Action body)
    {
        using DeviceScope scope = _device.Enter();
        Check(_device.Driver.EventRecord(_begin, _device.Stream), "cuEventRecord");
        for (int i = 0; i < runs; i++) body();
        Check(_device.Driver.EventRecord(_end, _device.Stream), "cuEventRecord");
        Check(_device.Driver.EventSynchronize(_end), "cuEventSynchronize");
        float milliseconds;
        Check(_device.Driver.EventElapsedTime(&milliseconds, _begin, _end), "cuEventElapsedTime");
        return milliseconds / (double)runs;
    }

    private void Check(CudaResult result, string call) => CudaException.ThrowIfFailed(_device.Driver, result, call);
}
