// Compiles files of kernels to the PTX that is embedded beside their source, so that a machine without NVRTC runs them:
//
//   dotnet run eng/make-ptx.cs -- [--gpu-architecture=compute_70] [more NVRTC options] kernel.cu ...
//
// writes kernel.ptx beside each kernel.cu. A header that a file includes is looked for beside the file. Needs NVRTC (eng/install-nvrtc.sh).
#:project ../src/Sam.Native/Sam.Native.csproj
#:property PublishAot=false
#:property GenerateDocumentationFile=false
using System.Text;
using Sam.Native.Cuda;

List<string> options = [.. args.Where(argument => argument.StartsWith('-'))];
if (!options.Any(option => option.StartsWith("--gpu-architecture", StringComparison.Ordinal))) options.Add("--gpu-architecture=compute_70");
if (!options.Contains("-default-device")) options.Add("-default-device");

LibraryProbe<NvrtcTable> nvrtc = CudaLibraries.Nvrtc;
if (!nvrtc.IsAvailable)
{
    Console.Error.WriteLine(nvrtc.Reason);
    return 1;
}

NvrtcCompiler compiler = new(nvrtc.Table);
foreach (string path in args.Where(argument => !argument.StartsWith('-')))
{
    string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    List<KeyValuePair<string, string>> headers =
    [
        .. Directory.EnumerateFiles(folder, "*.cuh")
            .Order(StringComparer.Ordinal)
            .Select(header => KeyValuePair.Create(Path.GetFileName(header), File.ReadAllText(header))),
    ];
    NvrtcOutput output = compiler.Compile(File.ReadAllBytes(path), Path.GetFileName(path), options, headers);
    if (output.Log.Length > 0) Console.Error.WriteLine(output.Log);
    File.WriteAllText(Path.ChangeExtension(path, ".ptx"), Encoding.UTF8.GetString(output.Ptx).TrimEnd('\0'));
}

return 0;
