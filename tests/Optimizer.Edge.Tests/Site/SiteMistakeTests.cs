using System.Text.Json.Nodes;
using Optimizer.Edge.Site;

namespace Optimizer.Edge.Tests.Site;

/// <summary>Every mistake has its JSON path, what was found and what was expected; all of them come at once.</summary>
public class SiteMistakeTests
{
    /// <summary>path to change, JSON to put there (null: remove), path of the error, part of found, part of expected.</summary>
    public static TheoryData<string, string?, string, string, string> Mistakes => new()
    {
        { "$.clok", "\"source\"", "$.clok", "unknown property \"clok\"", "clock" },
        { "$.gateway", null, "$.gateway", "nothing", "an object" },
        { "$.tags", "{}", "$.tags", "an object", "an array" },
        { "$.tags", "[]", "$.tags", "an empty array", "at least one" },
        { "$.gateway.id", "\"gw/1\"", "$.gateway", "gw/1", "letters, digits" },
        { "$.gateway.lease", "\"2.00:00:00\"", "$.gateway.lease", "2.00:00:00", "from 00:00:05 to 01:00:00" },
        { "$.gateway.expiry", "\"00:02:00\"", "$.gateway.expiry", "00:02:00", "less than the lease" },
        { "$.tags[0].range", "[36, 0]", "$.tags[0].range", "an array of 2", "low below high" },
        { "$.tags[0].noise", "\"little\"", "$.tags[0].noise", "\"little\"", "a number from 0" },
        { "$.tags[0].noise", "0", "$.tags[0].noise", "0", "noise above 0" },
        { "$.tags[0].source", null, "$.tags[0]", "neither", "source" },
        { "$.tags[1].name", "\"current\"", "$.tags[1]", "\"current\" again", "unique tag name (first at $.tags[0].name)" },
        { "$.manipulated[0].operator", "[3000, 6300]", "$.manipulated[0].operator", "[3000, 6300]", "inside the engineering limits" },
        { "$.manipulated[0].deadband", "50", "$.manipulated[0].deadband", "50", "not above the maxMove of 40" },
        { "$.manipulated[1].name", "\"current_density\"", "$.manipulated[1].name", "\"current_density\" again", "unique name" },
        { "$.disturbances[0].tag", "\"nowhere\"", "$.disturbances[0].tag", "\"nowhere\"", "a tag: current" },
        { "$.disturbances[0].lag", "\"2.00:00:00\"", "$.disturbances[0].lag", "2.00:00:00", "from 00:00:00 to 1.00:00:00" },
        { "$.disturbances[0].statistic", "\"median\"", "$.disturbances[0].statistic", "\"median\"", "\"mean\", \"slope\", \"deviation\"" },
        { "$.signals[0].tag", "\"nowhere\"", "$.signals[0].tag", "\"nowhere\"", "a tag: current" },
        { "$.signals[1].name", "\"density_1h\"", "$.signals[1].name", "\"density_1h\" again", "unique signal name (first at $.signals[0].name)" },
        { "$.controlled[2].softSensor", "[\"density_2h\"]", "$.controlled[2].softSensor[0]", "\"density_2h\"", "a signal: density_1h" },
        { "$.controlled[2].terms", "[\"density_1h\"]", "$.controlled[2].terms[0]", "\"density_1h\"", "a feature" },
        { "$.controlled[5].deadTime.speed", "\"pace\"", "$.controlled[5].deadTime.speed", "\"pace\"", "a tag: current" },
        { "$.controlled[5].deadTime", "\"3.00:00:00\"", "$.controlled[5].deadTime", "3.00:00:00", "from 00:00:00 to 1.00:00:00" },
        { "$.controlled[5].covers", "{ \"lot\": \"roll\" }", "$.controlled[5].covers.lot", "\"roll\"", "a tag: current" },
        { "$.controlled[5].covers", "7", "$.controlled[5].covers", "7", "a duration" },
        { "$.campaign.tag", "\"recipe\"", "$.campaign.tag", "\"recipe\"", "a tag: current" },
        { "$.decision.settledWithin", "0", "$.decision.settledWithin", "0", "from 0.001 to 1" },
        { "$.manipulated[0].settledWithin", "2", "$.manipulated[0].settledWithin", "2", "from 0.001 to 1" },
        { "$.recording", "{ \"columns\": { \"AMPS\": \"amperes\" } }", "$.recording.columns.AMPS", "\"amperes\"", "a tag or setpoint: current" },
        { "$.recording", "{ \"columns\": { \"AMPS\": \"current\", \"AMPS2\": \"current\" } }", "$.recording.columns.AMPS2", "\"current\" again", "(first at $.recording.columns.AMPS)" },
        { "$.recording", "{ \"decimal\": \";\" }", "$.recording.decimal", "\";\"", "one of \".\", \",\"" },
        { "$.controlled[0].aggregate", null, "$.controlled[0].aggregate", "nothing", "averaged into observations" },
        { "$.controlled[0].terms[0]", "\"magic\"", "$.controlled[0].terms[0]", "\"magic\"", "a feature" },
        { "$.controlled[0].gains.acid.sign", "\"+\"", "$.controlled[0].gains.acid.value", "-0.03", "agrees with the sign +" },
        { "$.controlled[0].gains.filter_dp", "{ \"value\": 1, \"plusMinus\": 1 }", "$.controlled[0].gains.filter_dp", "filter_dp", "a manipulated variable" },
        { "$.features[0].expression", "\"current_density / coper\"", "$.features[0].expression", "unknown name coper", "known names" },
        { "$.quantities[0].expression", "\"current_density * \"", "$.quantities[0].expression", "current_density * ", "a formula" },
        { "$.quantities[0].expression", "\"cost_rate\"", "$.quantities[0].expression", "unknown name cost_rate", "a formula" },
        { "$.objective", "\"glory\"", "$.objective", "\"glory\"", "an objective: cost, energy" },
        { "$.constraints[0].atLeast", "1", "$.constraints[0]", "both", "exactly one" },
        { "$.constraints[0].subject", "\"volts\"", "$.constraints[0].subject", "\"volts\"", "a controlled variable or a quantity" },
        { "$.constraints[1].sigmas", "1", "$.constraints[1]", "drum_current", "a controlled variable" },
        { "$.mode.ceiling", "\"shadow\"", "$.mode.start", "advisory", "not above the ceiling shadow" },
        { "$.decision.pessimism", "-1", "$.decision.pessimism", "-1", "from 0 to 3" },
        { "$.prices.power_price.tag", "\"gone\"", "$.prices.power_price.tag", "\"gone\"", "a tag" },
        { "$.telemetry.dialect", "\"morse\"", "$.telemetry.dialect", "\"morse\"", "one of \"json\", \"scalar\"" },
        { "$.telemetry.dialect", "\"scalar\"", "$.telemetry.timeUnit", "arrival", "time comes from the data" },
        { "$.telemetry.dialect", "\"items\"", "$.telemetry.items", "nothing", "an object" },
        { "$.telemetry.dialect", "\"kepware\"", "$.tags[0].source", "\"f01/pv/current\"", "then # and the key" },
        { "$.telemetry.valuePath", "\"value\"", "$.telemetry.valuePath", "\"value\"", "expected it to start with $" },
        { "$.tags[0].via", "\"plc\"", "$.tags[0].via", "\"plc\"", "a source" },
        { "$.tags[0].states", "{ \"on\": \"one\" }", "$.tags[0].states.on", "\"one\"", "a number" },
        { "$.sources", "{ \"plc\": { \"topic\": \"a/+/{source}\", \"dialect\": \"sitewise\" } }", "$.sources.plc", "a/+/{source}", "wildcards only without {source}" },
        { "$.telemetry.topic", "\"{loc}/x\"", "$.telemetry", "{loc}/x", "{source}" },
        { "$.telemetry", "{ \"dialect\": \"sparkplug-b\", \"group\": \"G\", \"node\": \"N\" }", "$.telemetry.dialect", "sparkplug-b", "a site whose \"clock\" is wall" },
        { "$.telemetry", "{ \"dialect\": \"sparkplug-b\", \"node\": \"N\" }", "$.telemetry.group", "nothing", "a text" },
        { "$.telemetry.group", "\"G\"", "$.telemetry.group", "a value", "only the dialect sparkplug-b" },
        { "$.sources", "{ \"spb\": { \"dialect\": \"sparkplug-b\", \"group\": \"a/b\", \"node\": \"N\" } }", "$.sources.spb.group", "\"a/b\"", "without + / #" },
        { "$.sources", "{ \"spb\": { \"dialect\": \"sparkplug-b\", \"group\": \"G\", \"node\": \"N\", \"topic\": \"x\" } }", "$.sources.spb.topic", "\"x\"", "follow from group and node" },
        { "$.sources", "{ \"spb\": { \"dialect\": \"sparkplug-b\", \"group\": \"G\", \"node\": \"N\", \"role\": \"primary\" } }", "$.sources.spb.role", "\"primary\"", "one of \"passive\", \"active\"" },
        { "$.gateway.dialect", "\"morse\"", "$.gateway.dialect", "\"morse\"", "one of \"native\", \"sparkplug\", \"opc-publisher\"" },
        { "$.gateway.handshake", "true", "$.gateway.handshake", "a value", "belongs to the dialect sparkplug" },
        { "$.gateway.root", "\"x\"", "$.gateway.root", "a value", "belongs to the dialect opc-publisher" },
        { "$.manipulated[0].writeTo", "\"x\"", "$.manipulated[0].writeTo", "\"x\"", "a native gateway knows" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_IsNamedWithPathFoundAndExpected(string path, string? json, string errorPath, string found, string expected)
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, path, json is null ? null : JsonNode.Parse(json));
        var errors = new List<SiteError>();

        Assert.Null(SiteMapper.Parse(root.ToJsonString(), errors));

        var error = Assert.Single(errors, e => e.Path.StartsWith(errorPath, StringComparison.Ordinal));
        Assert.Contains(found, error.Found, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralMistakes_AreAllReportedAtOnce()
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, "$.clock", "moon");
        SiteText.Set(root, "$.gateway.lease", 5);
        SiteText.Set(root, "$.manipulated[3].unit", null);
        var errors = new List<SiteError>();

        SiteMapper.Parse(root.ToJsonString(), errors);

        Assert.Equal(["$.clock", "$.gateway.lease", "$.manipulated[3].unit"], errors.Select(e => e.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1, 2]")]
    [InlineData("{ \"name\": \"a\", \"name\": \"b\" }")]
    [InlineData("")]
    public void NoSiteFileAtAll_IsAnErrorNotAnException(string text)
    {
        var errors = new List<SiteError>();

        Assert.Null(SiteMapper.Parse(text, errors));
        Assert.NotEmpty(errors);
    }

    [Theory]
    [InlineData("1 / 2", 0.5)]
    [InlineData("2 + 3 * a", 14)]
    [InlineData("-a + pow(2, 3)", 4)]
    [InlineData("max(a, 5) - min(a, 5)", 1)]
    [InlineData("a > 3 ? 10 / 4 : 0", 2.5)]
    [InlineData("1e-3 * 1000", 1)]
    [InlineData("exp(log(a)) + sqrt(9) + abs(-1)", 8)]
    public void Formula_IsReckonedWithRealNumbers(string text, double expected)
    {
        var formula = FormulaCompiler.Compile(text, new Dictionary<string, int> { ["a"] = 0 }, out string? reason);

        Assert.Null(reason);
        Assert.Equal(expected, formula!([4]), 9);
    }

    [Theory]
    [InlineData("sin(a)")]
    [InlineData("Math.Abs(a)")]
    [InlineData("DateTime.Now")]
    [InlineData("\"x\".Length")]
    [InlineData("a.ToString()")]
    [InlineData("a +")]
    [InlineData("")]
    [InlineData("a; a")]
    public void AnythingButAFormula_IsRefusedWithAReason(string text)
    {
        Assert.Null(FormulaCompiler.Compile(text, new Dictionary<string, int> { ["a"] = 0 }, out string? reason));
        Assert.False(string.IsNullOrEmpty(reason));
    }
}
