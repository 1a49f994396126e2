using System.Globalization;
using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>Watches each periodic tag for silence longer than ten times its period, or its usual step where the recording is thinner.</summary>
internal sealed class TagGaps
{
    private const int StepsInAGap = 10;

    private readonly Dictionary<string, Course> _courses;
    private readonly RecordingFindings _findings;

    public TagGaps(IReadOnlyDictionary<string, ColumnTag> columns, RecordingFindings findings)
    {
        _findings = findings;
        _courses = columns.Values.Where(c => c.Period is not null).DistinctBy(c => c.Tag).ToDictionary(c => c.Tag, c => new Course(c.Period!.Value), StringComparer.Ordinal);
    }

    public void Add(in Sample sample)
    {
        if (!_courses.TryGetValue(sample.Tag, out var course))
        {
            return;
        }

        var step = sample.SampledAt - course.Last;
        if (course.Last != default && step > TimeSpan.Zero)
        {
            if (step > StepsInAGap * course.Usual)
            {
                _findings.Add(RecordingFindings.TagGap, string.Create(CultureInfo.InvariantCulture, $"gap of {step.TotalHours:F1} h in {sample.Tag} after {course.Last:O}"));
            }

            course.Follow(step);
        }

        course.Last = sample.SampledAt > course.Last ? sample.SampledAt : course.Last;
    }

    private sealed class Course
    {
        private readonly TimeSpan _period;
        private readonly TimeSpan[] _steps = new TimeSpan[9];
        private int _count;

        public Course(TimeSpan period) => (_period, Usual) = (period, period);

        public DateTimeOffset Last { get; set; }

        /// <summary>Median of the latest steps, at least the period: one gap among them does not move it.</summary>
        public TimeSpan Usual { get; private set; }

        public void Follow(TimeSpan step)
        {
            _steps[_count++ % _steps.Length] = step;
            if (_count >= _steps.Length)
            {
                var median = _steps.Order().ElementAt(_steps.Length / 2);
                Usual = median > _period ? median : _period;
            }
        }
    }
}
