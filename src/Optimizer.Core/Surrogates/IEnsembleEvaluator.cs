namespace Optimizer.Surrogates;

/// <summary>Evaluates one <see cref="TreeEnsemble"/> over batches. Every implementation answers the same, to the last bit.</summary>
public interface IEnsembleEvaluator
{
    /// <summary>Name by which it can be forced and which the log shows.</summary>
    string Name { get; }

    TreeEnsemble Ensemble { get; }

    /// <summary>
    /// Scores <paramref name="rows"/> rows. <paramref name="columns"/> holds the features column by column:
    /// feature <c>f</c> of row <c>r</c> stands at <c>columns[f * stride + r]</c>. Writes <c>scores[r]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A span is shorter than rows, features and stride say.</exception>
    void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores);
}
