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

    // A status line every second until the next command, for people whose terminal shows nothing by itself.
    private static async Task WatchAsync(OperatorConsole console, int seconds, CancellationToken cancel)
    {
        for (int k = 0; k < seconds && !cancel.IsCancellationRequested; k++)
        {
            Console.WriteLine(console.Status());
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Read(OperatorConsole console, CancellationTokenSource stop)
    {
        using var watching = new Watching();
        try
        {
            while (!console.Quit && Console.In.ReadLine() is { } line)
            {
                watching.End();
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["watch", .. var rest])
                {
                    int seconds = rest is [var text] && int.TryParse(text, out int asked) && asked is > 0 and <= 3600 ? asked : 10;
                    watching.Begin(cancel => WatchAsync(console, seconds, cancel), stop.Token);
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

    private sealed class Watching : IDisposable
    {
        private CancellationTokenSource? _end;
        private Task _task = Task.CompletedTask;

        public void Begin(Func<CancellationToken, Task> watch, CancellationToken stop)
        {
            _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var token = _end.Token;
            _task = Task.Run(() => watch(token), CancellationToken.None);
        }

        public void End()
        {
            _end?.Cancel();
            _task.GetAwaiter().GetResult();
            Dispose();
        }

        public void Dispose()
        {
            _end?.Dispose();
            _end = null;
        }
    }
}
