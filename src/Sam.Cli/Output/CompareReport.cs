using System.Text.Json;
using Sam.Cli.Commands;
using Sam.Cli.Training;

namespace Sam.Cli.Output;

/// <summary>What `sam compare --json` prints.</summary>
internal static class CompareReport
{
    /// <summary>Prints the comparison as one line of JSON.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="comparison">The runs.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="seconds">Time of all runs.</param>
    /// <param name="stopped">Whether somebody asked to stop.</param>
    public static void WriteJson(TextWriter output, Comparison comparison, CompareOptions options, double seconds, bool stopped) =>
        JsonLine.Write(output, json =>
        {
            RunSettings recipe = options.Recipe;
            json.WriteString("command", "compare");
            json.WriteString("model", recipe.Model.ToString().ToLowerInvariant());
            json.WriteNumber("rho", recipe.Sam.Rho);
            json.WriteNumber("learningRate", recipe.Base.LearningRate);
            json.WriteNumber("momentum", recipe.Base.Momentum);
            json.WriteNumber("weightDecay", recipe.Base.WeightDecay);
            json.WriteNumber("epochs", recipe.Epochs);
            json.WriteNumber("batch", recipe.Batch);
            json.WriteNumber("trainSize", options.TrainSize);
            json.WriteNumber("seed", recipe.Seed);
            json.WriteNumber("threads", options.Device.Threads);
            json.WriteNumber("seconds", seconds);
            json.WriteNumber("peakWorkingSetBytes", ProcessFigures.PeakWorkingSetBytes());
            json.WriteString("output", options.Output);
            json.WriteBoolean("stopped", stopped);
            json.WriteStartArray("runs");
            foreach (ComparisonRow row in comparison.Rows)
            {
                WriteRow(json, row);
            }

            json.WriteEndArray();
        });

    private static void WriteRow(Utf8JsonWriter json, ComparisonRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("labelNoise", row.Noise);
        json.WriteString("optimizer", row.Optimizer.ToString().ToLowerInvariant());
        json.WriteFinite("testAccuracy", row.TestAccuracy);
        json.WriteFinite("trainLoss", row.TrainLoss);
        json.WriteFinite("sharpness", row.Sharpness);
        json.WriteFinite("trainSeconds", row.Progress.TrainSeconds);
        json.WriteFinite("imagesPerSecond", row.Progress.ImagesPerSecond);
        json.WriteBoolean("diverged", row.IsDiverged);
        json.WriteString("weightsSha256", row.WeightsSha256);
        json.WriteStartArray("testAccuracyByEpoch");
        for (int i = 0; i < row.Progress.EpochCount; i++)
        {
            json.WriteFiniteValue(row.Progress[i].TestAccuracy);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
