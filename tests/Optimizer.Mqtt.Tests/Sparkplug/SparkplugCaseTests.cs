using System.Text.Json;
using Optimizer.History;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests.Sparkplug;

/// <summary>Every case of tests/Cases/sparkplug-cases.json: messages in, what a decision would see out.</summary>
public sealed class SparkplugCaseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JsonDocumentOptions Form = new() { CommentHandling = JsonCommentHandling.Skip };
    private static readonly Dictionary<string, JsonElement> All = JsonDocument
        .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cases", "sparkplug-cases.json")), Form).RootElement
        .EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, c => c.Clone());

    public static TheoryData<string> Cases => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var given = All[name];
        var scene = new Scene(given.TryGetProperty("role", out var role) && role.GetString() == "active" ? SparkplugRole.Active : SparkplugRole.Passive);
        foreach (var step in given.GetProperty("steps").EnumerateArray())
        {
            scene.Play(step);
        }

        foreach (var tag in given.GetProperty("live").EnumerateObject())
        {
            Check(name, tag.Name, tag.Value, scene.Historian[tag.Name].Latest(scene.Now, scene.Now));
        }

        if (given.TryGetProperty("history", out var history))
        {
            foreach (var tag in history.EnumerateObject())
            {
                var values = scene.Historian[tag.Name].Window(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue).Select(s => s.Value);
                Assert.Equal(tag.Value.EnumerateArray().Select(Number), values);
            }
        }

        if (given.TryGetProperty("rebirths", out var rebirths))
        {
            Assert.Equal(rebirths.GetInt32(), scene.Rebirths);
        }

        if (given.TryGetProperty("reason", out var reason))
        {
            Assert.Contains(scene.Reasons, r => r.Contains(reason.GetString()!, StringComparison.Ordinal));
        }
        else if (!given.TryGetProperty("role", out _) && !name.StartsWith("Malformed", StringComparison.Ordinal))
        {
            Assert.All(scene.Reasons, r => Assert.Contains("has no metric", r, StringComparison.Ordinal));
        }
    }

    private static void Check(string name, string tag, JsonElement expected, Sample? found)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(found);
            return;
        }

        Assert.True(found is not null, $"{name}: {tag} was never received");
        Assert.Equal((Number(expected.GetProperty("value")), expected.GetProperty("quality").GetString()), (found.Value.Value, found.Value.Quality.ToString()));
        if (expected.TryGetProperty("sampled", out var at))
        {
            Assert.Equal(Noon.AddSeconds(at.GetDouble()), found.Value.SampledAt);
        }
    }

    private static double Number(JsonElement element) => element.ValueKind == JsonValueKind.Null ? double.NaN : element.GetDouble();

    /// <summary>A host with its tags, and a historian behind it.</summary>
    private sealed class Scene
    {
        private static readonly SparkplugSource Device = new("G", "N", "D"), Node = new("G", "N", null);
        private static readonly Dictionary<ulong, (string Name, SparkplugType Type)> Aliases = new()
        {
            [1] = ("Inlet/Temperature", SparkplugType.Float),
            [2] = ("Level", SparkplugType.Int16),
            [3] = ("Pump", SparkplugType.Boolean),
            [4] = ("State", SparkplugType.String),
        };

        private readonly SparkplugHost _host;
        private readonly List<Sample> _samples = [];

        public Scene(SparkplugRole role)
        {
            SparkplugBinding[] bindings =
            [
                Bind(Device, role, "temperature", "Inlet/Temperature", []), Bind(Device, role, "level", "Level", []),
                Bind(Device, role, "pump", "Pump", new() { ["true"] = 1, ["false"] = 0 }), Bind(Device, role, "state", "State", new() { ["running"] = 1, ["idle"] = 0 }),
                Bind(Node, role, "status", "Status", new() { ["true"] = 1, ["false"] = 0 }),
            ];
            _host = new SparkplugHost(bindings);
            Historian = new ProcessHistorian(bindings.Select(b => new Tag(b.Tag.Tag, "1", -100, 100, null)), TimeSpan.FromDays(1));
        }

        public ProcessHistorian Historian { get; }

        public DateTimeOffset Now { get; private set; } = Noon;

        public int Rebirths { get; private set; }

        public List<string> Reasons { get; } = [];

        public void Play(JsonElement step)
        {
            if (step.TryGetProperty("born", out var born))
            {
                Now = Noon.AddSeconds(born.GetDouble());
                Born(step.TryGetProperty("time", out var began) ? Noon.AddSeconds(began.GetDouble()) : Now);
                return;
            }

            Now = Noon.AddSeconds(step.GetProperty("at").GetDouble());
            if (step.TryGetProperty("link", out var link))
            {
                if (link.GetString() == "lost")
                {
                    _host.LinkLost(Now, _samples);
                }
                else
                {
                    _host.LinkUp();
                }
            }
            else if (step.TryGetProperty("message", out var message))
            {
                string type = message.GetString()!;
                string topic = $"spBv1.0/G/{type}/N" + (type[0] == 'D' ? "/" + (step.TryGetProperty("device", out var d) ? d.GetString() : "D") : "");
                byte[] payload = step.TryGetProperty("hex", out var hex) ? Convert.FromHexString(hex.GetString()!) : Payload(step).Encode();
                Take(topic, payload, step.TryGetProperty("retained", out _));
                return;
            }
            else if (step.TryGetProperty("topic", out var topic))
            {
                Assert.False(_host.Take(topic.GetString()!, Convert.FromHexString(step.GetProperty("hex").GetString()!), Now, false, _samples).IsOurs);
            }

            Settle(_host.Advance(Now, _samples));
        }

        private void Born(DateTimeOffset began)
        {
            ulong at = Ms(began);
            Take("spBv1.0/G/NBIRTH/N", new SparkplugPayload(Ms(Now), 0,
            [
                new() { Name = "bdSeq", Type = SparkplugType.Int64, Value = SparkplugValue.From(SparkplugType.Int64, 3)!.Value },
                new() { Name = "Node Control/Rebirth", Type = SparkplugType.Boolean, Value = SparkplugValue.From(SparkplugType.Boolean, 0)!.Value },
                new() { Name = "Status", Timestamp = at, Type = SparkplugType.Boolean, Value = SparkplugValue.From(SparkplugType.Boolean, 1)!.Value },
            ]).Encode(), false);
            Take("spBv1.0/G/DBIRTH/N/D", new SparkplugPayload(Ms(Now), 1,
            [
                new() { Name = "Inlet/Temperature", Alias = 1, Timestamp = at, Type = SparkplugType.Float, Value = SparkplugValue.From(SparkplugType.Float, 20)!.Value },
                new() { Name = "Level", Alias = 2, Timestamp = at, Type = SparkplugType.Int16, Value = SparkplugValue.From(SparkplugType.Int16, -5)!.Value },
                new() { Name = "Pump", Alias = 3, Timestamp = at, Type = SparkplugType.Boolean, Value = SparkplugValue.From(SparkplugType.Boolean, 1)!.Value },
                new() { Name = "State", Alias = 4, Timestamp = at, Type = SparkplugType.String, Value = SparkplugValue.From("idle") },
            ]).Encode(), false);
        }

        private void Take(string topic, byte[] payload, bool retained) => Settle(_host.Take(topic, payload, Now, retained, _samples));

        private void Settle(DecodeOutcome outcome)
        {
            if (outcome.Reason is { } reason)
            {
                Reasons.Add(reason);
            }

            foreach (var sample in _samples)
            {
                Historian.Append(sample);
            }

            _samples.Clear();
            foreach (var request in _host.Rebirths(Now))
            {
                Rebirths++;
                var metric = Assert.Single(SparkplugPayload.Decode(request.Payload.Span).Value!.Metrics);
                Assert.Equal(("spBv1.0/G/NCMD/N", 0, false, "Node Control/Rebirth", 1UL), (request.Topic, request.QualityOfService, request.Retain, metric.Name, metric.Value.Bits));
            }
        }

        private SparkplugPayload Payload(JsonElement step)
        {
            bool untimed = step.TryGetProperty("untimed", out _);
            ulong at = step.TryGetProperty("time", out var time) ? Ms(Noon.AddSeconds(time.GetDouble())) : Ms(Now);
            return new SparkplugPayload(untimed ? null : at, step.TryGetProperty("seq", out var seq) ? seq.GetUInt64() : null, [.. step.GetProperty("metrics").EnumerateArray().Select(Metric)]);
        }

        private static SparkplugMetric Metric(JsonElement m)
        {
            string? name = m.TryGetProperty("name", out var n) ? n.GetString() : null;
            ulong? alias = m.TryGetProperty("alias", out var a) ? a.GetUInt64() : null;
            var type = m.TryGetProperty("type", out var t) ? Enum.Parse<SparkplugType>(t.GetString()!) : SparkplugType.Unknown;
            // How the value stands on the wire where the message does not say it: as the birth had it.
            var known = type != SparkplugType.Unknown ? type : name == "Status" ? SparkplugType.Boolean : alias is { } of && Aliases.TryGetValue(of, out var d) ? d.Type : SparkplugType.Float;
            return new SparkplugMetric
            {
                Name = name,
                Alias = alias,
                Type = type,
                Timestamp = m.TryGetProperty("time", out var at) ? Ms(Noon.AddSeconds(at.GetDouble())) : null,
                Quality = m.TryGetProperty("quality", out var q) ? q.GetInt64() : null,
                IsHistorical = m.TryGetProperty("historical", out _),
                IsTransient = m.TryGetProperty("transient", out _),
                IsNull = m.TryGetProperty("null", out _),
                Value = m.TryGetProperty("text", out var text) ? SparkplugValue.From(text.GetString()!) : m.TryGetProperty("value", out var v) ? Value(known, v) : default,
            };
        }

        private static SparkplugValue Value(SparkplugType type, JsonElement v) =>
            SparkplugValue.From(type, v.ValueKind switch { JsonValueKind.True => 1, JsonValueKind.False => 0, _ => v.GetDouble() })!.Value;

        private static ulong Ms(DateTimeOffset at) => (ulong)at.ToUnixTimeMilliseconds();

        private static SparkplugBinding Bind(SparkplugSource source, SparkplugRole role, string tag, string metric, Dictionary<string, double> states) => new(
            source with { Role = role }, new TagBinding { Tag = tag, Key = metric, Topic = "spBv1.0/G/+/N/#", EngineeringUnit = "1", Low = tag == "level" ? -100 : 0, High = 100, States = states });
    }
}
