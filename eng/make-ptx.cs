// Compiles files of kernels to the PTX that is embedded beside their source, so that a machine without NVRTC runs them:
//
//   dotnet run eng/make-ptx.cs                      the library's own kernels, cuda/*.cu
//   dotnet run eng/make-ptx.cs -- [--gpu-architecture=compute_70] [more NVRTC options] kernel.cu ...
//
// writes kernel.ptx beside each kernel.cu. A header that a file includes is looked for beside the file. Needs NVRTC (eng/install-nvrtc.sh).
// PTX is for compute_70 unless the file has a line "// Architecture: compute_80", and of version 8.0, which drivers from 525 on take.
#:project ../src/Sam.Native/Sam.Native.csproj
#:property PublishAot=false
#:property GenerateDocumentationFile=false
using System.Text.RegularExpressions;
using Sam.Native.Cuda;

List<string> files = [.. args.Where(argument => !argument.StartsWith('-'))];
List<string> options = [.. args.Where(argument => argument.StartsWith('-'))];
bool choosesArchitecture = !options.Any(option => option.StartsWith("--gpu-architecture", StringComparison.Ordinal));
if (!options.Contains("-default-device")) options.Add("-default-device");
if (files.Count == 0)
{
    // A test keeps these the ones that the device compiles with.
    options.AddRange(["--std=c++17", "--fmad=false"]);
    files.AddRange(Directory.EnumerateFiles("cuda", "*.cu").Order(StringComparer.Ordinal));
}

// This program runs from a folder of the SDK's, from where the repository's own NVRTC is not seen.
if (Environment.GetEnvironmentVariable(CudaLibraries.NvrtcPathVariable) is null && Directory.Exists(".nvrtc"))
{
    Environment.SetEnvironmentVariable(CudaLibraries.NvrtcPathVariable, Path.GetFullPath(".nvrtc"));
}

LibraryProbe<NvrtcTable> nvrtc = CudaLibraries.Nvrtc;
if (!nvrtc.IsAvailable)
{
    Console.Error.WriteLine(nvrtc.Reason);
    return 1;
}

NvrtcCompiler compiler = new(nvrtc.Table);
foreach (string path in files)
{
    string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    List<KeyValuePair<string, string>> headers =
    [
        .. Directory.EnumerateFiles(folder, "*.cuh")
            .Order(StringComparer.Ordinal)
            .Select(header => KeyValuePair.Create(Path.GetFileName(header), File.ReadAllText(header))),
    ];
    List<string> own = [.. options];
    if (choosesArchitecture)
    {
        Match named = Regex.Match(File.ReadAllText(path), @"^// Architecture: (compute_\d+)", RegexOptions.Multiline);
        own.Add($"--gpu-architecture={(named.Success ? named.Groups[1].Value : "compute_70")}");
    }

    NvrtcOutput output = compiler.Compile(File.ReadAllBytes(path), Path.GetFileName(path), own, headers);
    if (output.Log.Length > 0) Console.Error.WriteLine(output.Log);
    File.WriteAllText(Path.ChangeExtension(path, ".ptx"), output.PortablePtx());
}

return 0;
