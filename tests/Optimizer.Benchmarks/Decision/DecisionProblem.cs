using Optimizer.Learning;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Search;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Decision;

/// <summary>
/// A unit as large as the copper-foil line: nine setpoints among thirty inputs, three controlled variables, each a backbone of fifteen terms and
/// residual trees with uncertainty; money by formulas, two specifications that count in yield and three limits. All inputs run from 0 to 1.
/// </summary>
internal sealed class DecisionProblem
{
    public const int Setpoints = 9, Inputs = 30, Controlled = 3;
    private const double TrustRadius = 0.08;
    private const int TrainingRows = 4000;
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly OperatingProblem _problem;
    private readonly SurrogateSet _surrogates;
    private readonly LevelState[] _levels;

    /// <param name="bags">Ensembles per controlled variable; their spread is the uncertainty.</param>
    /// <param name="trees">Trees in each, of 32 leaves.</param>
    public DecisionProblem(int bags, int trees)
    {
        var unit = Unit();
        _problem = Problem(unit);
        _surrogates = new SurrogateSet(1, Now, [.. unit.ControlledVariables.Select((v, k) => Model(v, k, bags, trees))], "synthetic");
        _levels = [.. _surrogates.Surrogates.Select(s => LevelState.Fresh(s) with { Bias = BiasState.None.Add(0, Now, s.BiasMemory) })];
    }

    public int Nodes => _surrogates.Surrogates.Sum(s => s.Bags.Sum(b => b.Feature.Length));

    /// <summary>A whole decision: specialise, quantise, evaluate, constraints, money, choose, and the step towards the choice.</summary>
    /// <param name="specialise">False: the whole trees answer, as a peer that knows no box.</param>
    public (SearchResult Found, Assessment Step) Decide(int seed, bool specialise, SearchBudget budget)
    {
        var random = new Random(seed);
        double[] stay = [.. Enumerable.Range(0, Setpoints).Select(_ => 0.1 + (0.8 * random.NextDouble()))], disturbances = [.. Enumerable.Range(Setpoints, Inputs - Setpoints).Select(_ => random.NextDouble())];
        var variables = _problem.Unit.ManipulatedVariables;
        var box = ReachableBox.Around(variables, stay, TrustRadius);
        (double[], double[])? inputs = specialise ? ([.. box.Low, .. disturbances], [.. box.High, .. disturbances]) : null;
        var predictor = new Predictor(_surrogates, [.. stay, .. disturbances], _levels, Now, inputs);
        var assessor = new CandidateAssessor(_problem, predictor, stay, disturbances, _problem.Prices, pessimism: 1);
        var found = SetpointSearch.Find(assessor, box, budget, seed);
        return (found, MoveSelection.Choose(assessor, found.Target, variables, [.. variables.Select(_ => true)], 3, budget.Caution));
    }

    private static ProcessUnit Unit() => new()
    {
        Name = "U1",
        Gateway = "gw-1",
        Tags = [],
        ManipulatedVariables = [.. Enumerable.Range(0, Setpoints).Select(i => new ManipulatedVariable
        {
            Name = "u" + i, SetpointTag = "u" + i + ".SP", EngineeringUnit = "1", EngineeringLow = -0.1, EngineeringHigh = 1.1, OperatorLow = 0, OperatorHigh = 1, MaxMove = 0.02, Deadband = 0.001,
            MaxTravelPer8Hours = 0.1, MaxTravelPer24Hours = 0.3, RampPerMinute = 1, Lag = TimeSpan.FromMinutes(5), Dwell = TimeSpan.FromHours(1), Tolerance = 0.01,
        })],
        DisturbanceVariables = [.. Enumerable.Range(0, Inputs - Setpoints).Select(i => new DisturbanceVariable("d" + i, "d" + i, "1", TimeSpan.FromHours(1)))],
        ControlledVariables = [.. Enumerable.Range(0, Controlled).Select(k => new ControlledVariable("y" + k, "y" + k, "1", null, TimeSpan.FromHours(8)) { Logarithmic = k == 2, LogarithmOffset = 0.3 })],
    };

    // Prices, rates, yield and cost per good kilogram, of the same kind and number as the copper-foil site declares.
    private static OperatingProblem Problem(ProcessUnit unit)
    {
        var layout = new ValueLayout(unit, ["power_price", "scrap_price"], ["rate", "power", "additives", "wear", "good_rate", "cost_rate", "cost", "room"]);
        int rate = layout["rate"], power = layout["power"], additives = layout["additives"], wear = layout["wear"], good = layout["good_rate"], costRate = layout["cost_rate"];
        int inSpecification = layout.InSpecification, defects = layout["y2"], powerPrice = layout["power_price"], scrapPrice = layout["scrap_price"];
        Quantity[] quantities =
        [
            new("rate", "kg/h", "", v => 20 + (10 * v[0])),
            new("power", "kW", "", v => v[rate] * (8 + v[1] - (0.5 * v[2]))),
            new("additives", "EUR/h", "", v => (0.35 * v[3] * (3 + v[rate])) + (0.12 * v[4] * (2 + v[rate])) + (0.1 * v[5] * v[rate])),
            new("wear", "EUR/h", "", v => 20 * Math.Pow(0.8 + (0.4 * v[0]), 1.7) * Math.Exp(0.3 * v[1])),
            new("good_rate", "kg/h", "", v => v[rate] * v[inSpecification] / (1 + (0.04 * v[defects]))),
            new("cost_rate", "EUR/h", "", v => (v[power] * v[powerPrice]) + v[additives] + v[wear] + (v[scrapPrice] * (v[rate] - v[good])) + 100),
            new("cost", "EUR/kg", "", v => v[costRate] / Math.Max(0.5, v[good])),
            new("room", "kW", "", v => 320 - v[power]),
        ];
        return new OperatingProblem
        {
            Unit = unit,
            Layout = layout,
            Quantities = quantities,
            Objective = new Objective("cost", "cost", "EUR/kg", false, 0.001),
            Constraints =
            [
                Constraint.AtLeast("y0 minimum", "y0", -2, ConstraintClass.Specification) with { Sigmas = 1.5, CountsInYield = true },
                Constraint.AtMost("y1 maximum", "y1", 2, ConstraintClass.Specification) with { Sigmas = 1.5, CountsInYield = true },
                Constraint.AtMost("y2 maximum", "y2", 4, ConstraintClass.Specification),
                Constraint.AtLeast("power", "room", 0, ConstraintClass.Safety),
                Constraint.AtMost("wear", "wear", 60, ConstraintClass.Safety),
            ],
            Prices = new Dictionary<string, double> { ["power_price"] = 0.1, ["scrap_price"] = 2.6 },
        };
    }

    private static Surrogate Model(ControlledVariable variable, int k, int bags, int trees)
    {
        var random = new Random(50 + k);
        BackboneTerm[] terms =
        [
            .. Enumerable.Range(0, Setpoints + 2).Select(i => BackboneTerm.Linear("x" + i, i)), BackboneTerm.Square("u3", 3, 0.5, 0.5), BackboneTerm.Square("u4", 4, 0.5, 0.5),
            new("share", x => (0.5 + x[0]) / (0.5 + x[1]) * Math.Pow(1 / (0.5 + x[2]), 0.7) * Math.Exp(-0.2 * x[3])), new("ratio", x => Math.Log((0.2 + x[5]) / (0.2 + x[6]))),
        ];
        var covariance = new double[terms.Length, terms.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            covariance[i, i] = 0.002;
        }

        double[] Draw(double most) => [.. terms.Select(_ => ((2 * random.NextDouble()) - 1) * most)];
        return new Surrogate
        {
            Variable = variable,
            Backbone = new Backbone(terms, Draw(0.5), [.. terms.Select(_ => 0.3)], 0, Draw(0.3), covariance),
            Bags = [.. Enumerable.Range(0, bags).Select(b => Trees(k, b, trees))],
            ResidualWeight = 0.5,
            BiasMemory = TimeSpan.FromHours(8),
            LearnedUntil = Now,
            Scores = [],
            Scatter = 0.2,
            ProcessScatter = 0.15,
            Correlation = 0.2,
            Calibration = 1.1,
            Envelope = [.. Enumerable.Range(0, Inputs).Select(_ => (0.0, 1.0))],
            Card = SurrogateCard.Empty,
        };
    }

    private static TreeEnsemble Trees(int k, int bag, int trees)
    {
        var random = new Random((100 * k) + bag);
        double[] bend = [.. Enumerable.Range(0, Inputs).Select(i => Math.Sin((k * 7) + i))];
        float[][] rows = [.. Enumerable.Range(0, TrainingRows).Select(_ => Enumerable.Range(0, Inputs).Select(_ => random.NextSingle()).ToArray())];
        double At(float[] x)
        {
            double sum = 0;
            for (int i = 0; i < Inputs; i++)
            {
                sum += (bend[i] * x[i] * x[(i + 7 + k) % Inputs]) + (0.2 * Math.Sin(8 * x[i] * bend[i]));
            }

            return 0.3 * sum;
        }

        return FastTreeTrainer.Train(
            new TreeTrainingSet(rows, [.. rows.Select(x => (float)(At(x) + (0.1 * random.NextDouble())))]),
            new FastTreeOptions { Trees = trees, Leaves = 32, MinimumRowsPerLeaf = 10, Shrinkage = 0.1 });
    }
}
