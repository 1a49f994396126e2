namespace Optimizer.Search;

/// <summary>Writes an <see cref="IntervalTape"/>, step by step. Constants are worked out at once.</summary>
internal sealed class TapeBuilder
{
    private readonly List<TapeStep> _steps = [];
    private readonly List<int> _operands = [];
    private readonly List<double> _factors = [];
    private readonly Dictionary<TapeStep, int> _known = [];
    private readonly int[] _variables;

    public TapeBuilder(int variables)
    {
        _variables = [.. Enumerable.Range(0, variables).Select(v => Append(new TapeStep(TapeCode.Variable, v, 0, 0)))];
    }

    public IntervalTape Build() => new(_steps, _operands, _factors, _variables.Length);

    public int Variable(int variable) => _variables[variable];

    public int Constant(double value) => Append(new TapeStep(TapeCode.Constant, 0, 0, value));

    public double? ConstantAt(int step) => _steps[step].Code == TapeCode.Constant ? _steps[step].Number : null;

    public int Add(int a, int b) => Linear(0, (1, a), (1, b));

    public int Subtract(int a, int b) => Linear(0, (1, a), (-1, b));

    public int Scale(double factor, int a, double constant = 0) => Linear(constant, (factor, a));

    public int Multiply(int a, int b) => (ConstantAt(a), ConstantAt(b)) switch
    {
        ({ } x, _) => Scale(x, b),
        (_, { } y) => Scale(y, a),
        _ => Append(new TapeStep(TapeCode.Multiply, a, b, 0)),
    };

    public int Divide(int a, int b) => ConstantAt(b) is { } y && y != 0 ? Scale(1 / y, a) : Append(new TapeStep(TapeCode.Divide, a, b, 0));

    public int Maximum(int a, int b) => (ConstantAt(a), ConstantAt(b)) is ({ } x, { } y) ? Constant(Math.Max(x, y)) : Append(new TapeStep(TapeCode.Maximum, a, b, 0));

    public int Minimum(int a, int b) => Scale(-1, Maximum(Scale(-1, a), Scale(-1, b)));

    public int Exponential(int a) => ConstantAt(a) is { } x ? Constant(Math.Exp(x)) : Append(new TapeStep(TapeCode.Exponential, a, 0, 0));

    public int Logarithm(int a) => ConstantAt(a) is { } x ? Constant(Math.Log(x)) : Append(new TapeStep(TapeCode.Logarithm, a, 0, 0));

    public int Power(int a, double exponent) => ConstantAt(a) is { } x ? Constant(Math.Pow(x, exponent)) : Append(new TapeStep(TapeCode.Power, a, 0, exponent));

    /// <summary>Share of a normal variable below so many standard deviations.</summary>
    public int NormalShare(int sigmas) => Append(new TapeStep(TapeCode.NormalShare, sigmas, 0, 0));

    /// <summary>Sums constants and sums of sums up into one step, so that what cancels does so before it is bounded.</summary>
    public int Linear(double constant, params IReadOnlyList<(double Factor, int Step)> terms)
    {
        var factors = new SortedDictionary<int, double>();
        foreach (var (factor, step) in terms)
        {
            constant += Gather(factors, factor, step);
        }

        var left = factors.Where(f => f.Value != 0).ToList();
        if (left.Count == 0)
        {
            return Constant(constant);
        }

        if (left is [(int only, 1.0)] && constant == 0)
        {
            return only;
        }

        int at = _operands.Count;
        foreach (var (step, factor) in left)
        {
            _operands.Add(step);
            _factors.Add(factor);
        }

        return AppendNew(new TapeStep(TapeCode.Linear, at, left.Count, constant));
    }

    /// <summary>Euclidean length.</summary>
    public int Norm(IReadOnlyList<int> components)
    {
        int at = _operands.Count;
        foreach (int component in components)
        {
            _operands.Add(component);
            _factors.Add(1);
        }

        return AppendNew(new TapeStep(TapeCode.Norm, at, components.Count, 0));
    }

    private double Gather(SortedDictionary<int, double> factors, double factor, int step)
    {
        var inner = _steps[step];
        switch (inner.Code)
        {
            case TapeCode.Constant:
                return factor * inner.Number;
            case TapeCode.Linear:
                double constant = factor * inner.Number;
                for (int k = inner.A; k < inner.A + inner.B; k++)
                {
                    constant += Gather(factors, factor * _factors[k], _operands[k]);
                }

                return constant;
            default:
                factors[step] = factors.GetValueOrDefault(step) + factor;
                return 0;
        }
    }

    private int Append(TapeStep step)
    {
        if (!_known.TryGetValue(step, out int at))
        {
            at = AppendNew(step);
            _known.Add(step, at);
        }

        return at;
    }

    private int AppendNew(TapeStep step)
    {
        _steps.Add(step);
        return _steps.Count - 1;
    }
}
