namespace Optimizer.Edge.Demo;

/// <summary>The line a person is typing below the live view.</summary>
internal sealed class CommandLineEditor
{
    private const int Longest = 200;

    public string Text { get; private set; } = "";

    /// <summary>Takes a key; returns the line when it is complete.</summary>
    public string? Feed(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                string line = Text;
                Text = "";
                return line;
            case ConsoleKey.Backspace:
                Text = Text.Length > 0 ? Text[..^1] : "";
                return null;
            case ConsoleKey.Escape:
                Text = "";
                return null;
            default:
                Text += !char.IsControl(key.KeyChar) && Text.Length < Longest ? key.KeyChar : "";
                return null;
        }
    }
}
