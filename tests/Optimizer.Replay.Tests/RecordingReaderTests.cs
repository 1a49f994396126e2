using Optimizer.Plant;
using Optimizer.Replay.Recordings;

namespace Optimizer.Replay.Tests;

/// <summary>Recordings as historians export them, with what goes wrong in them counted and named.</summary>
public sealed class RecordingReaderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, ColumnTag> Columns = new()
    {
        ["plant/flow"] = new ColumnTag("flow", "m3/h", 0, 100, false),
        ["flow"] = new ColumnTag("flow", "m3/h", 0, 100, false),
        ["lab/cu"] = new ColumnTag("copper", "g/L", 40, 140, true),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("recordings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<(List<Sample> Samples, RecordingFindings Findings)> ReadAsync(string text, string? format = null)
    {
        string file = Path.Combine(_folder, "r.csv");
        await File.WriteAllTextAsync(file, text, Cancel);
        return await ReadFileAsync(file, format);
    }

    private static async Task<(List<Sample> Samples, RecordingFindings Findings)> ReadFileAsync(string file, string? format)
    {
        var findings = new RecordingFindings();
        var samples = new List<Sample>();
        await foreach (var sample in RecordingReader.ReadAsync(file, format, Columns, findings, Cancel))
        {
            samples.Add(sample);
        }

        Assert.Equal(samples.Count, findings.Samples);
        return (samples, findings);
    }

    [Theory]
    [InlineData(RecordingFormat.CsvWide)]
    [InlineData(RecordingFormat.CsvLong)]
    [InlineData(RecordingFormat.Parquet)]
    public async Task WhatIsWritten_IsReadBack(string format)
    {
        string file = Path.Combine(_folder, format == RecordingFormat.Parquet ? "r.parquet" : "r.csv");
        RecordedTag[] tags = [new("plant/flow", "m3/h", RecordedKind.Online), new("lab/cu", "g/L", RecordedKind.Result)];
        Sample[] written =
        [
            .. Enumerable.Range(1, 30).Select(n => Sample.Online("plant/flow", 60 + (0.1 * n), Start.AddMinutes(n))),
            new("lab/cu", 88.5, Start.AddMinutes(5), Start.AddMinutes(30), Start.AddMinutes(30), Quality.Good),
        ];
        await using (var writer = RecordingFormat.Create(format, file, tags, TimeSpan.FromMinutes(1)))
        {
            foreach (var group in written.GroupBy(s => s.KnownAt))
            {
                await writer.WriteAsync(group.Key, [.. group], Cancel);
            }

            await writer.CompleteAsync(Cancel);
        }

        // The format is found by itself: a wide file has no tag column.
        var (samples, findings) = await ReadFileAsync(file, null);

        Assert.Equal(written.Select(s => (s.Tag == "lab/cu" ? "copper" : "flow", s.Value, s.SampledAt, s.KnownAt, s.Quality)), samples.Select(s => (s.Tag, s.Value, s.SampledAt, s.KnownAt, s.Quality)));
        Assert.Empty(findings.All);
    }

    [Theory]
    [InlineData("2026-03-02T00:01:00Z", false)]
    [InlineData("2026-03-02T01:01:00+01:00", false)]
    [InlineData("2026-03-02 00:01:00", true)]
    [InlineData("1772409660", false)]
    [InlineData("1772409660000", false)]
    [InlineData("1772409660000000", false)]
    [InlineData("1772409660000000000", false)]
    [InlineData("1772409660.0", false)]
    public async Task Time_IsReadHoweverItIsWritten(string time, bool assumed)
    {
        var (samples, findings) = await ReadAsync($"timestamp,flow\n{time},60\n");

        Assert.Equal(Start.AddMinutes(1), Assert.Single(samples).SampledAt);
        Assert.Equal(assumed ? 1 : 0, findings.Count(RecordingFindings.NoZone));
    }

    /// <summary>field, what is counted.</summary>
    [Theory]
    [InlineData("NaN", RecordingFindings.NotFinite)]
    [InlineData("1e999", RecordingFindings.NotFinite)]
    [InlineData("\"1,5\"", RecordingFindings.DecimalComma)]
    [InlineData("Bad Input", RecordingFindings.NoNumber)]
    [InlineData("12:30", RecordingFindings.NoNumber)]
    public async Task FieldThatIsNoNumber_IsCountedWithItsLine(string field, string finding)
    {
        var (samples, findings) = await ReadAsync($"timestamp,flow\n2026-03-02T00:01:00Z,60\n2026-03-02T00:02:00Z,{field}\n2026-03-02T00:03:00Z,61\n");

        Assert.Equal([60, 61], samples.Select(s => s.Value));
        var counted = Assert.Single(findings.All, f => f.What != RecordingFindings.MissingColumn);
        Assert.Equal((finding, 1L), (counted.What, counted.Count));
        Assert.StartsWith("line 3, flow", counted.First, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CourseOfTime_IsWatched()
    {
        string[] minutes = ["00:01", "00:02", "00:03", "00:04", "00:04", "00:02", "00:05", "00:40"];
        var (samples, findings) = await ReadAsync("time,flow\n" + string.Concat(minutes.Select((m, i) => $"2026-03-02T{m}:00Z,{60 + i}\n")) + "soon,70\n");

        Assert.Equal(minutes.Length, samples.Count);
        Assert.Equal(1, findings.Count(RecordingFindings.Repeated));
        Assert.Equal(1, findings.Count(RecordingFindings.Backward));
        Assert.Equal(1, findings.Count(RecordingFindings.Gap));
        Assert.Contains("35.0 min", findings.All.Single(f => f.What == RecordingFindings.Gap).First, StringComparison.Ordinal);
        Assert.Equal(1, findings.Count(RecordingFindings.BadTime));
    }

    [Fact]
    public async Task ResultFilledForward_IsOneResult()
    {
        var (samples, findings) = await ReadAsync("time,lab/cu\n2026-03-02T00:01:00Z,88\n2026-03-02T00:02:00Z,88\n2026-03-02T00:03:00Z,88\n2026-03-02T00:04:00Z,87.5\n");

        Assert.Equal([88, 87.5], samples.Select(s => s.Value));
        Assert.Equal(2, findings.Count(RecordingFindings.StandingResult));
    }

    [Fact]
    public async Task ColumnsAndTagsThatFindNoPartner_AreNamed()
    {
        var (_, findings) = await ReadAsync("time,flow,flwo\n2026-03-02T00:01:00Z,60,61\n2026-03-02T00:02:00Z\n");

        Assert.Equal("flwo", findings.All.Single(f => f.What == RecordingFindings.UnknownColumn).First);
        Assert.Equal("copper", findings.All.Single(f => f.What == RecordingFindings.MissingColumn).First);
        Assert.Equal("line 3: 1 fields, the header has 3", findings.All.Single(f => f.What == RecordingFindings.ShortRow).First);
    }

    [Fact]
    public async Task LongRows_CarryUnitAndQuality()
    {
        var (samples, findings) = await ReadAsync(
            "timestamp,tag,value,unit,quality\n2026-03-02T00:01:00Z,flow,60,m3/h,good\n2026-03-02T00:02:00Z,flow,61,L/s,good\n2026-03-02T00:03:00Z,flow,62,,bad\n2026-03-02T00:04:00Z,flow,150,m3/h,good\n2026-03-02T00:04:00Z,other,1,,\n2026-03-02T00:05:00Z,other,1,,\n");

        Assert.Equal([(60, Quality.Good), (62, Quality.Bad), (150, Quality.Bad)], samples.Select(s => (s.Value, s.Quality)));
        Assert.Equal(1, findings.Count(RecordingFindings.OtherUnit));
        Assert.Equal(1, findings.Count(RecordingFindings.OutOfRange));
        Assert.Equal(1, findings.Count(RecordingFindings.UnknownColumn));
    }

    [Fact]
    public async Task OwnColumnsTimeAndDecimals_AreReadAsTheSiteSays()
    {
        string file = Path.Combine(_folder, "own.csv");
        await File.WriteAllTextAsync(file, "PLANT FLOW,WHEN,flow\n\"60,5\",2026-03-02T00:01:00Z,1\n61,2026-03-02T00:02:00Z,1\n62.5,2026-03-02T00:03:00Z,1\n", Cancel);
        var findings = new RecordingFindings();
        var columns = new Dictionary<string, ColumnTag>(Columns) { ["PLANT FLOW"] = Columns["flow"] };
        var samples = new List<Sample>();
        await foreach (var sample in RecordingReader.ReadAsync(file, null, columns, new RecordingNotation("WHEN", true), findings, Cancel))
        {
            samples.Add(sample);
        }

        Assert.Equal([(60.5, Start.AddMinutes(1)), (61, Start.AddMinutes(2))], samples.Select(s => (s.Value, s.SampledAt)));
        Assert.Equal(1, findings.Count(RecordingFindings.DecimalPoint));
        Assert.Equal(1, findings.Count(RecordingFindings.SecondColumn));
        Assert.Equal(0, findings.Count(RecordingFindings.UnknownColumn));
    }

    [Fact]
    public async Task TimeColumnThatIsNotThere_IsNamed()
    {
        string file = Path.Combine(_folder, "own.csv");
        await File.WriteAllTextAsync(file, "time,flow\n2026-03-02T00:01:00Z,1\n", Cancel);

        var e = await Assert.ThrowsAsync<RecordingException>(async () => await RecordingReader.ReadAsync(file, null, Columns, new RecordingNotation("WHEN", false), new RecordingFindings(), Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync());

        Assert.Contains("expected the time in WHEN", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("605", "60.5")]
    [InlineData("60500", "60.5")]
    public async Task ValueWithItsDecimalMarkElsewhere_IsSuspected(string field, string fits)
    {
        var (samples, findings) = await ReadAsync($"timestamp,flow\n2026-03-02T00:01:00Z,60\n2026-03-02T00:02:00Z,{field}\n");

        Assert.Equal([Quality.Good, Quality.Bad], samples.Select(s => s.Quality));
        var suspected = Assert.Single(findings.All, f => f.What == RecordingFindings.PowerOfTen);
        Assert.Equal(1, suspected.Count);
        Assert.Contains($"{fits} would fit", suspected.First, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilenceOfOneTag_IsAGap_AlsoInALongLayout()
    {
        string file = Path.Combine(_folder, "gap.csv");
        string Rows(string tag, int step, IEnumerable<int> steps) => string.Concat(steps.Select(n => $"{Start.AddMinutes(n * step):O},{tag},60\n"));
        await File.WriteAllTextAsync(file, "timestamp,tag,value\n" + Rows("flow", 1, Enumerable.Range(0, 30).Concat(Enumerable.Range(222, 30))) + Rows("slow", 30, Enumerable.Range(0, 40)), Cancel);
        var columns = new Dictionary<string, ColumnTag>
        {
            ["flow"] = new("flow", "m3/h", 0, 100, false) { Period = TimeSpan.FromMinutes(1) },
            ["slow"] = new("slow", "m3/h", 0, 100, false) { Period = TimeSpan.FromMinutes(5) },
        };
        var findings = new RecordingFindings();
        await foreach (var unused in RecordingReader.ReadAsync(file, null, columns, findings, Cancel))
        {
        }

        var gap = Assert.Single(findings.All);
        Assert.Equal((RecordingFindings.TagGap, 1L), (gap.What, gap.Count));
        Assert.StartsWith("gap of 3.2 h in flow after 2026-03-02T00:29:00", gap.First, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", null, "none of the columns a, b")]
    [InlineData("tag,value\nflow,1\n", null, "expected sampled_at or timestamp")]
    [InlineData("PAR?", RecordingFormat.Parquet, "no Parquet file")]
    public async Task FileThatIsNoRecording_SaysWhatWasExpected(string text, string? format, string says)
    {
        var e = await Assert.ThrowsAsync<RecordingException>(() => ReadAsync(text, format));

        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }
}
