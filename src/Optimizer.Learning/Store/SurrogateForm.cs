using System.Text.Json;
using System.Text.Json.Serialization;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Store;

/// <summary>Surrogates as JSON and back, to the last bit. Terms are stored by name: what a name computes is the site file's word.</summary>
internal static class SurrogateForm
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
    };

    public static byte[] Write(SurrogateSet set) => JsonSerializer.SerializeToUtf8Bytes(
        new SetForm(set.Version, set.TrainedAt, set.Hash, [.. set.Surrogates.Select(Form)]) { Grade = set.Grade }, Json);

    /// <exception cref="ModelException">It is no set of surrogates of this unit; the message says what was found and expected.</exception>
    public static SurrogateSet Read(byte[] text, ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs)
    {
        SetForm form;
        try
        {
            form = JsonSerializer.Deserialize<SetForm>(text, Json) ?? throw new ModelException("found null, expected surrogates");
        }
        catch (JsonException e)
        {
            throw new ModelException($"the surrogates cannot be read: {e.Message}");
        }

        string[] found = [.. form.Surrogates.Select(s => s.Variable)], expected = [.. unit.ControlledVariables.Select(v => v.Name)];
        if (!found.SequenceEqual(expected))
        {
            throw new ModelException($"it predicts {string.Join(", ", found)}, the site expects {string.Join(", ", expected)}");
        }

        Surrogate[] surrogates = [.. form.Surrogates.Select((s, k) => Surrogate(s, unit, unit.ControlledVariables[k], designs[k]))];
        string hash = SurrogateHash.Compute(surrogates);
        return hash == form.Hash
            ? new SurrogateSet(form.Version, form.TrainedAt, surrogates, hash) { Grade = form.Grade }
            : throw new ModelException($"its surrogates hash to {hash[..12]}, the file says {form.Hash}");
    }

    private static OneForm Form(Surrogate s) => new(
        s.Variable.Name, [.. s.Backbone.Terms.Select(t => t.Name)], [.. s.Backbone.Center], [.. s.Backbone.Scale], s.Backbone.Intercept,
        [.. s.Backbone.Coefficients], [.. s.Backbone.Covariance.Select(r => r.ToArray())], [.. s.Bags.Select(Form)], s.ResidualWeight, s.SoftSensor,
        s.BiasMemory, s.LearnedUntil, s.Scatter, s.ProcessScatter, s.Correlation, [.. s.Scores], s.Calibration,
        [.. s.Envelope.Select(e => new[] { e.Low, e.High })], s.Card);

    private static TreesForm Form(TreeEnsemble t) => new(t.FeatureCount, t.Roots, t.Feature, t.Threshold, t.Left, t.Right, t.LeafValue, t.Bias);

    private static Surrogate Surrogate(OneForm form, ProcessUnit unit, ControlledVariable variable, SurrogateDesign design)
    {
        int inputs = unit.Inputs.Count;
        string[] expected = [.. design.Terms.Select(t => t.Name)];
        if (!form.Terms.SequenceEqual(expected))
        {
            throw new ModelException($"{form.Variable} has the terms {string.Join(", ", form.Terms)}; the site declares {string.Join(", ", expected)}");
        }

        if (form.Envelope.Length != inputs || form.Envelope.Any(e => e.Length != 2))
        {
            throw new ModelException($"{form.Variable} knows {form.Envelope.Length} inputs; the site has {inputs}");
        }

        string[] signals = [.. variable.Signals.Select(s => s.Name)];
        if (form.SoftSensor is { } sensor && (!sensor.Signals.SequenceEqual(signals) || sensor.Weights.Length != signals.Length
            || sensor.Intercepts.Length != signals.Length || sensor.Reaches.Length != signals.Length || sensor.Slopes.Length != signals.Length || sensor.Slopes.Any(r => r.Length != inputs)))
        {
            throw new ModelException($"{form.Variable} listens to the signals {string.Join(", ", sensor.Signals)}; the site declares {string.Join(", ", signals)}");
        }

        CheckFinite(form);
        try
        {
            TreeEnsemble[] bags = [.. form.Bags.Select(t => Trees(t, inputs))];
            return new Surrogate
            {
                Variable = variable,
                Backbone = new Backbone(design.Terms, form.Center, form.Scale, form.Intercept, form.Coefficients, Square(form.Covariance)),
                Bags = bags,
                ResidualWeight = form.ResidualWeight,
                SoftSensor = form.SoftSensor,
                BiasMemory = form.BiasMemory,
                LearnedUntil = form.LearnedUntil,
                Scatter = form.Scatter,
                ProcessScatter = form.ProcessScatter,
                Correlation = form.Correlation,
                Scores = form.Scores,
                Calibration = form.Calibration,
                Envelope = [.. form.Envelope.Select(e => (e[0], e[1]))],
                Card = form.Card,
            };
        }
        catch (ArgumentException e)
        {
            throw new ModelException($"{form.Variable}: {e.Message}");
        }
    }

    private static TreeEnsemble Trees(TreesForm form, int inputs)
    {
        var trees = new TreeEnsemble
        {
            FeatureCount = form.Features,
            Roots = form.Roots,
            Feature = form.Feature,
            Threshold = form.Threshold,
            Left = form.Left,
            Right = form.Right,
            LeafValue = form.LeafValue,
            Bias = form.Bias,
        };
        if (trees.FeatureCount != inputs)
        {
            throw new ModelException($"trees over {trees.FeatureCount} inputs; the site has {inputs}");
        }

        EnsembleChecks.Validate(trees);
        return trees;
    }

    private static double[,] Square(double[][] rows)
    {
        int p = rows.Length;
        var matrix = new double[p, p];
        for (int i = 0; i < p; i++)
        {
            if (rows[i].Length != p)
            {
                throw new ModelException($"row {i} of the covariance has {rows[i].Length} values, expected {p}");
            }

            for (int j = 0; j < p; j++)
            {
                matrix[i, j] = rows[i][j];
            }
        }

        return matrix;
    }

    private static void CheckFinite(OneForm form)
    {
        IEnumerable<double> numbers =
        [
            .. form.Center, .. form.Scale, form.Intercept, .. form.Coefficients, .. form.Covariance.SelectMany(r => r), form.ResidualWeight, form.Scatter,
            form.ProcessScatter, form.Correlation, .. form.Scores, form.Calibration, .. form.Envelope.SelectMany(e => e),
            .. form.SoftSensor is { } s ? [.. s.Intercepts, .. s.Slopes.SelectMany(r => r), .. s.Weights, .. s.Reaches, s.Skill] : Array.Empty<double>(),
        ];
        if (numbers.Any(n => !double.IsFinite(n)))
        {
            throw new ModelException($"{form.Variable} has a number that is not finite");
        }

        if (form.Scale.Any(s => s <= 0) || form.Scatter <= 0 || form.ProcessScatter <= 0 || form.Calibration <= 0 || form.BiasMemory <= TimeSpan.Zero
            || form.ResidualWeight is < 0 or > 1 || form.Correlation is < 0 or > 0.95)
        {
            throw new ModelException($"{form.Variable} has a scale, scatter, calibration, memory, weight or correlation out of its range");
        }
    }

    private sealed record SetForm(int Version, DateTimeOffset TrainedAt, string Hash, OneForm[] Surrogates)
    {
        public double? Grade { get; init; }
    }

    private sealed record OneForm(
        string Variable, string[] Terms, double[] Center, double[] Scale, double Intercept, double[] Coefficients, double[][] Covariance, TreesForm[] Bags,
        double ResidualWeight, SoftSensor? SoftSensor, TimeSpan BiasMemory, DateTimeOffset LearnedUntil, double Scatter, double ProcessScatter, double Correlation,
        double[] Scores, double Calibration, double[][] Envelope, SurrogateCard Card);

    private sealed record TreesForm(int Features, int[] Roots, int[] Feature, float[] Threshold, int[] Left, int[] Right, double[] LeafValue, double Bias);
}
