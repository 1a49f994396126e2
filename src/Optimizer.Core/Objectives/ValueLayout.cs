using Optimizer.Plant;

namespace Optimizer.Objectives;

/// <summary>
/// Where each named value stands in the array that quantities are evaluated on: manipulated, disturbance, controlled
/// variables, prices, <c>p_spec</c> (share of product within every specification that counts in yield), then quantities.
/// </summary>
public sealed class ValueLayout
{
    public const string ShareInSpecification = "p_spec";

    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A name is used twice.</exception>
    public ValueLayout(ProcessUnit unit, IEnumerable<string> prices, IEnumerable<string> quantities)
    {
        Add(unit.Inputs);
        Controlled = _positions.Count;
        Add(unit.ControlledVariables.Select(c => c.Name));
        Prices = _positions.Count;
        Add(prices);
        InSpecification = _positions.Count;
        Add([ShareInSpecification]);
        Quantities = _positions.Count;
        Add(quantities);
    }

    public int Count => _positions.Count;

    /// <summary>Position of the first controlled variable, price, of p_spec, and of the first quantity. Inputs start at 0.</summary>
    public int Controlled { get; }

    public int Prices { get; }

    public int InSpecification { get; }

    public int Quantities { get; }

    public IReadOnlyCollection<string> Names => _positions.Keys;

    /// <exception cref="KeyNotFoundException">No such name.</exception>
    public int this[string name] => _positions.TryGetValue(name, out int at)
        ? at
        : throw new KeyNotFoundException($"'{name}' is not one of: {string.Join(", ", _positions.Keys)}");

    public bool Contains(string name) => _positions.ContainsKey(name);

    private void Add(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (!_positions.TryAdd(name, _positions.Count))
            {
                throw new ArgumentException($"the name '{name}' is used twice; inputs, controlled variables, prices and quantities share one set of names");
            }
        }
    }
}
