using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sam.Cli.Config;

/// <summary>Reads settings files and the notes of checkpoints without reflection.</summary>
[JsonSourceGenerationOptions(
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(Checkpoints.CheckpointNote))]
internal sealed partial class ConfigJson : JsonSerializerContext;
