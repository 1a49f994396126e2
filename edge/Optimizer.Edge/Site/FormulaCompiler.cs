using System.Linq.Dynamic.Core;
using System.Linq.Dynamic.Core.Exceptions;
using System.Linq.Expressions;
using System.Text.RegularExpressions;

namespace Optimizer.Edge.Site;

/// <summary>
/// Compiles formulas of a site file: + - * / ( ), comparison with ?:, and the functions below, over named numbers. Parsing
/// is System.Linq.Dynamic.Core's; names become positions in one array.
/// </summary>
internal static partial class FormulaCompiler
{
    private static readonly Dictionary<string, object> Functions = new()
    {
        ["exp"] = (Expression<Func<double, double>>)(x => Math.Exp(x)),
        ["log"] = (Expression<Func<double, double>>)(x => Math.Log(x)),
        ["sqrt"] = (Expression<Func<double, double>>)(x => Math.Sqrt(x)),
        ["abs"] = (Expression<Func<double, double>>)(x => Math.Abs(x)),
        ["pow"] = (Expression<Func<double, double, double>>)((x, y) => Math.Pow(x, y)),
        ["min"] = (Expression<Func<double, double, double>>)((x, y) => Math.Min(x, y)),
        ["max"] = (Expression<Func<double, double, double>>)((x, y) => Math.Max(x, y)),
    };

    private static readonly ParsingConfig Config = new()
    {
        CustomTypeProvider = null,
        ResolveTypesBySimpleName = false,
        AllowNewToEvaluateAnyType = false,
        IsCaseSensitive = true,
    };

    public static IReadOnlyCollection<string> FunctionNames => Functions.Keys;

    /// <summary>Names that a formula uses, functions left aside.</summary>
    public static IReadOnlyList<string> NamesIn(string text) => [.. Words().Matches(text).Select(m => m.Value).Distinct().Where(w => !Functions.ContainsKey(w))];

    /// <param name="names">Names the formula may use, each with its position in the array.</param>
    /// <returns>The compiled formula, or null with the reason.</returns>
    public static Func<double[], double>? Compile(string text, IReadOnlyDictionary<string, int> names, out string? reason) => Parse(text, names, out reason)?.Compile();

    /// <param name="names">Names the formula may use, each with its position in the array.</param>
    /// <returns>The formula as an expression over the array, or null with the reason.</returns>
    public static Expression<Func<double[], double>>? Parse(string text, IReadOnlyDictionary<string, int> names, out string? reason)
    {
        reason = Foreign(text) ?? Unknown(text, names);
        if (reason is not null)
        {
            return null;
        }

        try
        {
            // Only the names that occur become parameters: a formula sees a handful of the many names of a site.
            string[] used = [.. Words().Matches(text).Select(m => m.Value).Distinct().Where(names.ContainsKey)];
            ParameterExpression[] parameters = [.. used.Select(n => Expression.Parameter(typeof(double), n))];
            var parsed = DynamicExpressionParser.ParseLambda(Config, false, parameters, typeof(double), Real(text), Functions);
            var values = Expression.Parameter(typeof(double[]), "values");
            var bound = new Positions(parameters, used, names, values).Visit(parsed.Body);
            return Expression.Lambda<Func<double[], double>>(bound, values);
        }
        catch (Exception e) when (e is ParseException or InvalidOperationException or ArgumentException)
        {
            reason = e.Message;
            return null;
        }
    }

    // The parser reads much more than formulas: texts, members, indexers, lambdas. Only what a formula is made of gets to it.
    private static string? Foreign(string text)
    {
        int read = Pieces().Match(text).Length;
        return read == text.Length ? null : $"cannot be read from position {read + 1} on; a formula has numbers, names, + - * / ( ) , ?: and comparisons";
    }

    private static string? Unknown(string text, IReadOnlyDictionary<string, int> names)
    {
        var unknown = Words().Matches(text).Select(m => m.Value).Distinct().Where(w => !names.ContainsKey(w) && !Functions.ContainsKey(w)).ToList();
        return unknown.Count == 0
            ? null
            : $"the unknown name{(unknown.Count > 1 ? "s" : "")} {string.Join(", ", unknown)}; known here: {string.Join(", ", names.Keys)}; functions: {string.Join(", ", Functions.Keys)}";
    }

    // 1 / 2 is a half in a formula, also where the host language divides whole numbers.
    private static string Real(string text) => Numbers().Replace(text, m => m.Value.AsSpan().ContainsAny('.', 'e', 'E') ? m.Value : m.Value + ".0");

    [GeneratedRegex(@"\A(?:\s+|(?:[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*)(?![\w.])|<=|>=|==|!=|&&|\|\||[-+*/(),?:<>])*")]
    private static partial Regex Pieces();

    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*")]
    private static partial Regex Words();

    [GeneratedRegex(@"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")]
    private static partial Regex Numbers();

    private sealed class Positions(ParameterExpression[] parameters, string[] used, IReadOnlyDictionary<string, int> names, ParameterExpression values) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node)
        {
            int i = Array.IndexOf(parameters, node);
            return i < 0 ? node : Expression.ArrayIndex(values, Expression.Constant(names[used[i]]));
        }
    }
}
