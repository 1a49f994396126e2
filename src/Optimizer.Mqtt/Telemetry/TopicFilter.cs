namespace Optimizer.Mqtt;

/// <summary>MQTT topic filters: <c>+</c> stands for one level, <c>#</c> for the rest.</summary>
internal static class TopicFilter
{
    public static bool HasWildcard(string filter) => filter.AsSpan().IndexOfAny('+', '#') >= 0;

    public static bool Matches(string filter, string topic)
    {
        ReadOnlySpan<char> f = filter, t = topic;
        while (true)
        {
            if (f is "#")
            {
                return true;
            }

            int fEnd = f.IndexOf('/'), tEnd = t.IndexOf('/');
            var level = fEnd < 0 ? f : f[..fEnd];
            if (level is not "+" && !level.SequenceEqual(tEnd < 0 ? t : t[..tEnd]))
            {
                return false;
            }

            if (fEnd < 0 || tEnd < 0)
            {
                // "a/#" takes "a" as well.
                return fEnd < 0 ? tEnd < 0 : f[(fEnd + 1)..] is "#";
            }

            f = f[(fEnd + 1)..];
            t = t[(tEnd + 1)..];
        }
    }
}
