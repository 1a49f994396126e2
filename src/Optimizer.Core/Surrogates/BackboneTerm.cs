using System.Linq.Expressions;

namespace Optimizer.Surrogates;

/// <summary>One smooth feature of a backbone: a function of the model inputs (manipulated, then disturbance variables, in engineering units).</summary>
/// <param name="Name">As it appears in the model card, such as <c>gelatin</c>, <c>gelatin^2</c> or a declared feature.</param>
public sealed record BackboneTerm(string Name, Func<double[], double> Evaluate)
{
    /// <summary>The input that the term is; null when it is anything else.</summary>
    public int? Input { get; init; }

    /// <summary>The function as an expression, from which it can be bounded over a box; null: unknown, so nothing that uses it can be certified.</summary>
    public Expression<Func<double[], double>>? Formula { get; init; }

    public static BackboneTerm Linear(string name, int input)
    {
        var inputs = Expression.Parameter(typeof(double[]), "x");
        return new(name, x => x[input]) { Input = input, Formula = Expression.Lambda<Func<double[], double>>(At(inputs, input), inputs) };
    }

    /// <summary>Curvature around the middle of the limits, where it is least entangled with the linear term.</summary>
    public static BackboneTerm Square(string name, int input, double middle, double halfSpan)
    {
        var inputs = Expression.Parameter(typeof(double[]), "x");
        var scaled = Expression.Divide(Expression.Subtract(At(inputs, input), Expression.Constant(middle)), Expression.Constant(halfSpan));
        var square = Expression.Call(typeof(Math), nameof(Math.Pow), null, scaled, Expression.Constant(2.0));
        return new(name + "^2", x => Math.Pow((x[input] - middle) / halfSpan, 2)) { Formula = Expression.Lambda<Func<double[], double>>(square, inputs) };
    }

    private static BinaryExpression At(ParameterExpression inputs, int input) => Expression.ArrayIndex(inputs, Expression.Constant(input));
}
