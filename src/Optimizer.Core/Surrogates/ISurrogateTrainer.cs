using Optimizer.Alignment;

namespace Optimizer.Surrogates;

/// <summary>Learns a <see cref="SurrogateSet"/>. Pure: the same sets and version give the same surrogates.</summary>
public interface ISurrogateTrainer
{
    /// <param name="sets">One per controlled variable, in the unit's order.</param>
    /// <param name="reference">Model inputs of the present, where gains are stated and declared gains hold.</param>
    SurrogateSet Train(IReadOnlyList<TrainingSet> sets, double[] reference, int version, DateTimeOffset at);
}
