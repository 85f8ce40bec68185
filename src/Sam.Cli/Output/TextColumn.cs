using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sam.Cli.Output;

/// <summary>A column of a progress bar with text that is made anew each time it is drawn.</summary>
/// <param name="markup">Makes the text.</param>
internal sealed class TextColumn(Func<string> markup) : ProgressColumn
{
    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Markup(markup());
}
