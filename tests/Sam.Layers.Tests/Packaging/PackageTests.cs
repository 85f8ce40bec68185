using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Sam.Tests;

namespace Sam.Layers.Tests.Packaging;

/// <summary>Packs Sam.Native and Sam.Layers, restores them into a fresh project outside the repository, builds a model with a layer of
/// its own there and runs it.</summary>
public sealed class PackageTests : IDisposable
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private const string Program = """
        using Sam.Layers;
        using Sam.Native;

        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using Net model = new(device, batchSize: 2);
        model.Fc.Weight.Write([1, 2, -3, 1]);
        model.Fc.Bias.Write([0.5f, 0]);
        float[] outputs = model.Predict([1, 1, 2, -1]);
        model.Forward([1, 1, 2, -1]);
        float loss = model.Backward(Loss.Sum);
        System.Console.Write(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{string.Join(" ", outputs)} | {loss} | {string.Join(" ", model.Act1.Slope.Gradients.ToArray())} | {model.Act1.Slope.Name}"));

        [Model("2"), Linear("fc", 2), Layer<PRelu>("act1")]
        public sealed partial class Net;

        [LayerParameter("slope", "C", Initial = 0.25f)]
        public readonly struct PRelu : ILayer
        {
            public static Shape OutputShape(Shape input) => input;

            public static void Forward(in LayerForward pass)
            {
                for (int i = 0; i < pass.Input.Length; i++)
                {
                    pass.Output[i] = pass.Input[i] * (pass.Input[i] > 0 ? 1 : pass.Parameter(0)[i % 2]);
                }
            }

            public static void Backward(in LayerBackward pass)
            {
                for (int i = 0; i < pass.Input.Length; i++)
                {
                    pass.ParameterGradient(0)[i % 2] += pass.Input[i] > 0 ? 0 : pass.Input[i] * pass.OutputGradient[i];
                    pass.InputGradient[i] = pass.OutputGradient[i] * (pass.Input[i] > 0 ? 1 : pass.Parameter(0)[i % 2]);
                }
            }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sam-package").FullName;

    [Fact]
    public void PackedPackages_BuildAndRunAModelInAFreshProject()
    {
        string source = Path.Combine(Repository.Root, "src"), packages = Path.Combine(_folder, "source");
        foreach (string project in (string[])["Sam.Native", "Sam.Layers"])
        {
            Dotnet(source, "pack", Path.Combine(source, project), "--no-build", "-c", Configuration, "-o", packages);
        }

        string version = CheckContents(packages);
        string app = Path.Combine(_folder, "app");
        Directory.CreateDirectory(app);
        File.WriteAllText(Path.Combine(app, "Program.cs"), Program);
        File.WriteAllText(Path.Combine(app, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Sam.Layers" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(app, "nuget.config"), $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="{Path.Combine(_folder, "packages")}" />
              </config>
              <packageSources>
                <clear />
                <add key="packed" value="{packages}" />
              </packageSources>
            </configuration>
            """);
        Dotnet(app, "build", "-o", "out", "-p:UseSharedCompilation=false");

        // fc makes 3.5 and -2 of (1, 1), and 0.5 and -7 of (2, -1).
        Assert.Equal("3.5 -0.5 0.5 -1.75 | 1.75 | 0 -9 | act1.slope", Dotnet(app, Path.Combine("out", "App.dll")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string CheckContents(string packages)
    {
        using ZipArchive native = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(packages, "Sam.Native.*.nupkg")));
        using ZipArchive layers = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(packages, "Sam.Layers.*.nupkg")));
        Assert.NotNull(native.GetEntry("lib/net10.0/Sam.Native.dll"));
        Assert.NotNull(native.GetEntry("lib/net10.0/Sam.Native.xml"));
        Assert.NotNull(layers.GetEntry("lib/net10.0/Sam.Layers.dll"));
        Assert.NotNull(layers.GetEntry("lib/net10.0/Sam.Layers.xml"));
        Assert.NotNull(layers.GetEntry("analyzers/dotnet/cs/Sam.Generators.dll"));
        Assert.Null(layers.GetEntry("lib/net10.0/Sam.Generators.dll"));

        XDocument nativeManifest = Manifest(native, "Sam.Native"), layersManifest = Manifest(layers, "Sam.Layers");
        Assert.DoesNotContain(nativeManifest.Descendants(), static e => e.Name.LocalName == "dependency");
        XElement dependency = Assert.Single(layersManifest.Descendants(), static e => e.Name.LocalName == "dependency");
        string version = layersManifest.Descendants().Single(static e => e.Name.LocalName == "version").Value;
        Assert.Equal("Sam.Native", dependency.Attribute("id")?.Value);
        Assert.Equal(version, dependency.Attribute("version")?.Value);
        return version;
    }

    private static XDocument Manifest(ZipArchive package, string name)
    {
        using Stream stream = package.GetEntry(name + ".nuspec")!.Open();
        return XDocument.Load(stream);
    }

    private static string Dotnet(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the test run's own MSBuild left for its children is not for this one, and no process may outlive the call and hold the
        // pipes.
        foreach (string key in start.Environment.Keys.Where(static k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(key);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{error.Result}");
        return output;
    }
}
