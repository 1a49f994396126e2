using System.Linq.Expressions;

namespace Optimizer.Search;

/// <summary>A formula holds something that cannot be bounded; the message says what.</summary>
internal sealed class NotBoundedException(string message) : Exception(message);

/// <summary>Writes a declared formula, an expression tree over an array of values, onto a tape.</summary>
internal sealed class FormulaTape(TapeBuilder tape, Func<int, int> valueAt)
{
    private readonly Dictionary<ParameterExpression, int> _arguments = [];

    /// <exception cref="NotBoundedException">The formula uses a condition, a function that is not known here, or anything else that has no bounds.</exception>
    public int Write(LambdaExpression formula) => Write(formula.Body);

    private int Write(Expression e) => e switch
    {
        ConstantExpression { Value: double or float or int or long } c => tape.Constant(Convert.ToDouble(c.Value, System.Globalization.CultureInfo.InvariantCulture)),
        ParameterExpression p when _arguments.TryGetValue(p, out int at) => at,
        BinaryExpression { NodeType: ExpressionType.ArrayIndex } b when Captured(b.Right) is int position => valueAt(position),
        MemberExpression m when Captured(m) is double value => tape.Constant(value),
        BinaryExpression b when b.Type == typeof(double) => Write(b.NodeType, Write(b.Left), Write(b.Right), b),
        UnaryExpression { NodeType: ExpressionType.Negate } u => tape.Scale(-1, Write(u.Operand)),
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.UnaryPlus } u when u.Type == typeof(double) => Write(u.Operand),
        MethodCallExpression { Object: null } m when m.Method.DeclaringType == typeof(Math) => Call(m.Method.Name, [.. m.Arguments.Select(Write)], m),
        InvocationExpression { Expression: LambdaExpression called } i => Invoke(called, i.Arguments),
        ConditionalExpression => throw new NotBoundedException($"a condition ({e}) may jump"),
        _ => throw new NotBoundedException($"{e} is not known to the bounds"),
    };

    // A formula written in code holds the variables around it as fields.
    private static object? Captured(Expression e) => e switch
    {
        ConstantExpression c => c.Value,
        MemberExpression { Member: System.Reflection.FieldInfo field, Expression: ConstantExpression holder } => field.GetValue(holder.Value),
        _ => null,
    };

    private int Write(ExpressionType operation, int a, int b, Expression e) => operation switch
    {
        ExpressionType.Add => tape.Add(a, b),
        ExpressionType.Subtract => tape.Subtract(a, b),
        ExpressionType.Multiply => tape.Multiply(a, b),
        ExpressionType.Divide => tape.Divide(a, b),
        _ => throw new NotBoundedException($"{e} is not known to the bounds"),
    };

    private int Call(string name, int[] a, Expression e) => (name, a.Length) switch
    {
        ("Exp", 1) => tape.Exponential(a[0]),
        ("Log", 1) => tape.Logarithm(a[0]),
        ("Sqrt", 1) => tape.Power(a[0], 0.5),
        ("Abs", 1) => tape.Maximum(a[0], tape.Scale(-1, a[0])),
        ("Min", 2) => tape.Minimum(a[0], a[1]),
        ("Max", 2) => tape.Maximum(a[0], a[1]),
        ("Pow", 2) when tape.ConstantAt(a[1]) is { } exponent => tape.Power(a[0], exponent),
        ("Pow", 2) => tape.Exponential(tape.Multiply(a[1], tape.Logarithm(a[0]))),
        _ => throw new NotBoundedException($"{e} is not known to the bounds"),
    };

    private int Invoke(LambdaExpression called, IReadOnlyList<Expression> arguments)
    {
        int[] written = [.. arguments.Select(Write)];
        for (int k = 0; k < written.Length; k++)
        {
            _arguments[called.Parameters[k]] = written[k];
        }

        return Write(called.Body);
    }
}
