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

    // A status line every second, for people whose terminal shows nothing by itself.
    private static void Watch(OperatorConsole console, int seconds, CancellationToken cancel)
    {
        for (int k = 0; k < seconds && !cancel.IsCancellationRequested; k++)
        {
            Console.WriteLine(console.Status());
            cancel.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
        }
    }

    private static void Read(OperatorConsole console, CancellationTokenSource stop)
    {
        try
        {
            while (!console.Quit && Console.In.ReadLine() is { } line)
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["watch", .. var rest])
                {
                    Watch(console, rest is [var text] && int.TryParse(text, out int seconds) && seconds is > 0 and <= 3600 ? seconds : 10, stop.Token);
                    continue;
                }

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
