using System.Runtime.InteropServices;

namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private readonly StepGraphs? _graphs;

    // Whether the calls of this step are captured, or only renew a graph's numbers.
    private bool _isRecorded;

    // Whether this run of a step only renews the numbers for a count of updates that is less than the expected one.
    private bool _isRehearsal;

    private StepResult StepByGraph(StepGraphs graphs, ReadOnlySpan<float> input, Loss loss, int examples)
    {
        // Two steps ago is over, so that its buffers can be written; a step that depends on more waits for more.
        _results.Settle(AllowedInFlight);
        long latest = BaseOptimizer.SubmittedUpdates;
        if (_results.InFlight > 0 && ModeOf(latest) != ModeOf(latest - _results.InFlight))
        {
            SettleAll();
        }

        StepKey key = KeyOf(loss, examples);
        switch (graphs.PhaseOf(key))
        {
            case StepPhase.Run:
                LoadBatch(input, loss, examples);
                StepResult run = RunBatch(input, loss, examples);
                graphs.NoteRun(key);
                return run;
            case StepPhase.Capture:
                SettleAll();
                return Capture(graphs, key, input, loss, examples);
            default:
                return Replay(graphs, key, input, loss, examples);
        }
    }

    private StepKey KeyOf(in Loss loss, int examples)
    {
        long update = BaseOptimizer.SubmittedUpdates;
        return new StepKey(
            ModeOf(update), examples, loss.Kind, loss.LabelSmoothing, loss.Reduction, Model.IsTraining, Model.UpdateStatisticsInBothPasses,
            _lossScale != 1, AveragesAfter(update + 1));
    }

    private StepResult Capture(StepGraphs graphs, in StepKey key, ReadOnlySpan<float> input, Loss loss, int examples)
    {
        StepMark mark = Mark();
        ReadOnlySpan<byte> targets = Targets(loss);
        int targetCount = _deviceBatch.IsGiven ? examples : targets.Length / sizeof(float);
        StepResult result;
        _isRecorded = true;
        try
        {
            graphs.BeginCapture(key, examples * Model.InputShape.Count, targetCount, Model.StepNumber);
            Model.ExpectInput(examples);
            result = RunBatch(input, loss, examples);
            graphs.EndCapture();
            Launch(graphs, key, mark.Updates, input, targets);
        }
        catch
        {
            graphs.Abandon();
            GoBack(mark);
            throw;
        }
        finally
        {
            _isRecorded = false;
        }

        return result;
    }

    private StepResult Replay(StepGraphs graphs, in StepKey key, ReadOnlySpan<float> input, Loss loss, int examples)
    {
        int inFlight = _results.InFlight;
        StepMark mark = Mark();
        long least = mark.Updates - inFlight;
        ulong step = mark.Number;
        StepResult result = default;
        _isRecorded = true;
        try
        {
            for (int row = 0; row <= inFlight; row++)
            {
                _isRehearsal = row < inFlight;
                BaseOptimizer.SubmittedUpdates = least + row;
                Model.StepNumber = step;
                graphs.BeginRow(key, row, step);
                Model.ExpectInput(examples);
                result = RunBatch(input, loss, examples);
            }

            Launch(graphs, key, least, input, Targets(loss));
        }
        catch
        {
            graphs.Abandon();
            GoBack(mark);
            throw;
        }
        finally
        {
            _isRecorded = false;
            _isRehearsal = false;
        }

        return result;
    }

    private void Launch(StepGraphs graphs, in StepKey key, long least, ReadOnlySpan<float> input, ReadOnlySpan<byte> targets)
    {
        long ticket = _results.Submitted - 1;
        if (_deviceBatch.IsGiven) graphs.Launch(key, ticket, least, _deviceBatch);
        else graphs.Launch(key, ticket, least, input, targets);
    }

    private StepMark Mark() => new(
        _results.Submitted, BaseOptimizer.SubmittedUpdates, _averaged, Model.StepNumber, BaseOptimizer.LearningRate, _rho, Model.Holding);

    // Nothing reached the device, so that what the host counted ahead is all there is to take back.
    private void GoBack(in StepMark mark)
    {
        _results.Withdraw(mark.Submitted);
        TakeBack(mark);
        Model.Holding = mark.Gradients;
    }

    private void TakeBack(in StepMark mark)
    {
        BaseOptimizer.SubmittedUpdates = mark.Updates;
        BaseOptimizer.LearningRate = mark.LearningRate;
        _rho = mark.Rho;
        _averaged = mark.Averaged;
        Model.StepNumber = mark.Number;
    }

    private static ReadOnlySpan<byte> Targets(in Loss loss) =>
        loss.Kind == LossKind.CrossEntropy ? MemoryMarshal.AsBytes(loss.Labels) : MemoryMarshal.AsBytes(loss.Targets);
}
