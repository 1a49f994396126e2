namespace Optimizer.Surrogates;

/// <summary>What the engineer declares about one surrogate before any data: its smooth terms and the gains expected.</summary>
/// <param name="Variable">Name of the controlled variable.</param>
/// <param name="Terms">Smooth terms of the backbone.</param>
/// <param name="Gains">Declared gains; manipulated variables without one are expected to have none unless the data say so.</param>
public sealed record SurrogateDesign(string Variable, IReadOnlyList<BackboneTerm> Terms, IReadOnlyList<DeclaredGain> Gains);

/// <param name="Value">Expected change of the controlled variable (learning scale) per unit of the manipulated variable.</param>
/// <param name="StandardDeviation">How far the engineer trusts it, same unit.</param>
/// <param name="Sign">+1 or -1: a fitted gain of the other sign beyond its error is a breach of contract; 0: either.</param>
public sealed record DeclaredGain(int Input, string ManipulatedVariable, double Value, double StandardDeviation, int Sign);
