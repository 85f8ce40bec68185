using Sam.Bench;
using Sam.Bench.Benchmarks;
using Sam.Bench.Commands;

return args switch
{
    ["workloads", .. string[] rest] => WorkloadCommand.Run(rest),
    ["layers", .. string[] rest] => LayersCommand.Run(rest),
    ["dev-products", .. string[] rest] => DevProducts.Run(rest),
    ["dev-conv", .. string[] rest] => DevConvolutions.Run(rest),
    ["benchmark", .. string[] rest] => BenchmarkCommand.Run(rest),
    ["ratios", .. string[] rest] => RatiosCommand.Run(rest),
    ["emulator", .. string[] rest] => EmulatorCommand.Run(rest),
    ["gpu", .. string[] rest] => GpuCommand.Run(rest),
    ["ledger", .. string[] rest] => LedgerCommand.Run(rest),
    ["family", .. string[] rest] => FamilyCommand.Run(rest),
    _ => Fail(),
};

static int Fail()
{
    string[] usages =
        [WorkloadCommand.Usage, LayersCommand.Usage, RatiosCommand.Usage, BenchmarkCommand.Usage, FamilyCommand.Usage, EmulatorCommand.Usage, LedgerCommand.Usage, GpuCommand.Usage];
    Console.Error.WriteLine($"Say what to measure:\n  {string.Join("\n  ", usages)}");
    return 2;
}
