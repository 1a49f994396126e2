namespace Optimizer.Surrogates;

/// <summary>One smooth feature of a backbone: a function of the model inputs (manipulated, then disturbance variables, in engineering units).</summary>
/// <param name="Name">As it appears in the model card, such as <c>gelatin</c>, <c>gelatin^2</c> or a declared feature.</param>
public sealed record BackboneTerm(string Name, Func<double[], double> Evaluate)
{
    public static BackboneTerm Linear(string name, int input) => new(name, x => x[input]);

    /// <summary>Curvature around the middle of the limits, where it is least entangled with the linear term.</summary>
    public static BackboneTerm Square(string name, int input, double middle, double halfSpan) =>
        new(name + "^2", x => Math.Pow((x[input] - middle) / halfSpan, 2));
}
