namespace Sam.Native;

/// <summary>The factored second moments of a model, in the device's memory.</summary>
/// <param name="Tensors">One entry for each parameter of the model; those of frozen ones are not looked at.</param>
/// <param name="Count">Number of entries.</param>
/// <param name="Parts">The work of one step.</param>
/// <param name="PartCount">Number of parts.</param>
/// <param name="Moments">Row moments, column moments and means.</param>
internal readonly record struct FactoredTensors(
    DevicePointer<FactoredTensor> Tensors, int Count, DevicePointer<FactoredPart> Parts, int PartCount, DevicePointer<float> Moments);
