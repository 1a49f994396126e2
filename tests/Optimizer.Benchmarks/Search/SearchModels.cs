using Optimizer.Learning;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Search;

/// <summary>Tree ensembles as trained on a process: every input matters, bends and interacts; values on the scale of 1.</summary>
internal static class SearchModels
{
    public const int Features = 16;
    private const int TrainingRows = 20_000;

    /// <summary>One model per response, each trained on the same rows.</summary>
    public static TreeEnsemble[] Train(int models, int trees, int leaves, int seed) => [.. Enumerable.Range(0, models).Select(m => TrainOne(trees, leaves, seed, (100 * seed) + m))];

    private static TreeEnsemble TrainOne(int trees, int leaves, int rowSeed, int responseSeed)
    {
        var random = new Random(rowSeed);
        float[][] rows = [.. Enumerable.Range(0, TrainingRows).Select(_ => Enumerable.Range(0, Features).Select(_ => random.NextSingle()).ToArray())];
        var response = new Response(responseSeed);
        var noise = new Random(responseSeed);
        var set = new TreeTrainingSet(rows, [.. rows.Select(x => (float)(response.At(x) + (0.05 * noise.NextDouble())))]);
        var options = new FastTreeOptions { Trees = trees, Leaves = leaves, MinimumRowsPerLeaf = 10, Shrinkage = 0.1 };
        return FastTreeTrainer.Train(set, options);
    }

    private sealed class Response
    {
        private readonly double[] _slope, _bend, _best, _wave;
        private readonly (int A, int B, double Strength)[] _pairs;

        public Response(int seed)
        {
            var random = new Random(seed);
            double[] Draw(double most) => [.. Enumerable.Range(0, Features).Select(_ => ((2 * random.NextDouble()) - 1) * most)];
            (_slope, _bend, _wave) = (Draw(1), Draw(2), Draw(0.3));
            _best = [.. Enumerable.Range(0, Features).Select(_ => random.NextDouble())];
            _pairs = [.. Enumerable.Range(0, 2 * Features).Select(_ => (random.Next(Features), random.Next(Features), 3 * ((2 * random.NextDouble()) - 1)))];
        }

        public double At(float[] x)
        {
            double sum = 0;
            for (int f = 0; f < Features; f++)
            {
                sum += (_slope[f] * x[f]) + (_bend[f] * (x[f] - _best[f]) * (x[f] - _best[f])) + (_wave[f] * Math.Sin(6 * x[f]));
            }

            foreach (var (a, b, strength) in _pairs)
            {
                sum += strength * x[a] * x[b];
            }

            return sum;
        }
    }
}
