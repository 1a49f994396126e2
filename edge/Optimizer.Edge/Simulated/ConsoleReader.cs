namespace Optimizer.Edge.Simulated;

/// <summary>Reads commands from standard input, one per line, until it ends or somebody quits.</summary>
internal static class ConsoleReader
{
    /// <param name="stop">Cancelled when the person quits.</param>
    public static void Start(OperatorConsole console, CancellationTokenSource stop)
    {
        // Reading a console cannot be cancelled: the thread ends with the process.
        var thread = new Thread(() => Read(console, stop)) { IsBackground = true, Name = "console" };
        thread.Start();
    }

    private static void Read(OperatorConsole console, CancellationTokenSource stop)
    {
        try
        {
            while (!console.Quit && Console.In.ReadLine() is { } line)
            {
                string reply = console.DoAsync(line, stop.Token).GetAwaiter().GetResult();
                if (reply.Length > 0)
                {
                    Console.WriteLine(reply);
                }
            }

            if (console.Quit)
            {
                stop.Cancel();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException)
        {
        }
    }
}
