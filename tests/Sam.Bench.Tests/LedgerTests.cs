using Sam.Tests;

namespace Sam.Bench.Tests;

/// <summary>The ledger of a SAM step holds what the design asks of one.</summary>
public sealed class LedgerTests
{
    // Beside the batch: the header, places rounded up to 256 bytes, and two rows of numbers of a few kilobytes at most.
    private const long MostOtherBytes = 8192;

    [Fact]
    public void ASamStep_IsOneGraphAndOneCopy()
    {
        LedgerEntry entry = LedgerEntry.Of("mlp-mnist-b128", batch: 4, threads: 1);
        StepCounts sam = entry.Sam;
        Assert.Equal((1, 0, 0, 0, 1), (sam.GraphLaunches, sam.Synchronisations, sam.DeviceToHostCopies, sam.Allocations, sam.HostToDeviceCopies));
        Assert.InRange(sam.HostToDeviceBytes, entry.BatchBytes, entry.BatchBytes + MostOtherBytes);
        Assert.InRange(entry.OwnKernels, 1, 3);
        Assert.InRange(entry.OwnBytes, 16, 24);
        Assert.Equal(0, entry.Host.AllocatedBytes);
        Assert.True(entry.Host.Microseconds > 0);
        Assert.All(sam.Rows, static row => Assert.Equal(row.Name.StartsWith("cublas", StringComparison.Ordinal), KernelFamilies.Of(row.Name) == "cublas"));

        string[] json = [.. entry.ToJson()];
        Assert.Equal(1 + sam.Rows.Count, json.Length);
        Assert.All(json, static line => System.Text.Json.JsonDocument.Parse(line).Dispose());
        string text = LedgerText.Write([entry]);
        Assert.Contains("| batch that was counted | 4 |", text);
        Assert.Contains("| sam_perturb: perturb | 1 |", text);
    }

    [Fact]
    public void Tables_GoBetweenTheirMarks()
    {
        string path = Path.GetTempFileName();
        try
        {
            string docs = Path.Combine(Repository.Root, "docs", "cuda.md");
            File.Copy(docs, path, overwrite: true);
            LedgerText.Replace(path, "| a |\n");
            LedgerText.Replace(path, "| b |\n");
            string[] lines = File.ReadAllLines(path);
            int table = Array.IndexOf(lines, "| b |");
            Assert.StartsWith("<!-- ledger", lines[table - 2]);
            Assert.StartsWith("<!-- end of ledger", lines[table + 2]);
            Assert.DoesNotContain("| a |", lines);
            Assert.Equal(File.ReadAllLines(docs).TakeWhile(static line => !line.StartsWith("<!-- ledger", StringComparison.Ordinal)), lines[..(table - 2)]);
            File.WriteAllText(path, "no marks");
            Assert.Throws<InvalidDataException>(() => LedgerText.Replace(path, "| c |\n"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
