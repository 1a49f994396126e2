namespace Optimizer.Surrogates;

/// <summary>One way to score one or several ensembles over the same columns. Arguments were checked before.</summary>
internal interface IGroupKernel
{
    string Name { get; }

    /// <summary>Writes the score of ensemble <c>e</c> for row <c>r</c> to <c>scores[e * scoreStride + r]</c>. Any number of threads may call it at once.</summary>
    void Evaluate(ReadOnlySpan<float> columns, int stride, int rows, Span<double> scores, int scoreStride);
}
