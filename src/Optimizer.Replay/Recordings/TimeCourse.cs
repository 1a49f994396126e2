namespace Optimizer.Replay.Recordings;

/// <summary>Watches the times of a wide recording: repeats, steps back, gaps.</summary>
internal sealed class TimeCourse(RecordingFindings findings)
{
    private const int RowsInAGap = 3;

    private readonly Dictionary<TimeSpan, int> _steps = [];
    private DateTimeOffset? _last;
    private TimeSpan _usual;

    public void Add(DateTimeOffset time, string line)
    {
        if (_last is { } last)
        {
            var step = time - last;
            if (step <= TimeSpan.Zero)
            {
                findings.Add(step == TimeSpan.Zero ? RecordingFindings.Repeated : RecordingFindings.Backward, $"{line}: {time:O} after {last:O}");
            }
            else
            {
                Usual(step);
                if (step > RowsInAGap * _usual)
                {
                    findings.Add(RecordingFindings.Gap, FormattableString.Invariant($"{line}: {step.TotalMinutes:F1} min after {last:O}, rows usually follow after {_usual.TotalSeconds:G4} s"));
                }
            }
        }

        _last = time;
    }

    // The step seen most often.
    private void Usual(TimeSpan step)
    {
        int n = _steps[step] = _steps.GetValueOrDefault(step) + 1;
        if (_usual == TimeSpan.Zero || n > _steps[_usual])
        {
            _usual = step;
        }
    }
}
