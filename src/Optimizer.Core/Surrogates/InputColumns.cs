namespace Optimizer.Surrogates;

/// <summary>Input vectors (manipulated, then disturbance variables, engineering units) column by column, so that work on many of them runs along memory.</summary>
/// <param name="inputs">Values in a vector.</param>
/// <param name="capacity">Most rows held.</param>
public sealed class InputColumns(int inputs, int capacity)
{
    private readonly double[] _values = new double[inputs * capacity];

    public int Inputs => inputs;

    public int Capacity => capacity;

    /// <summary>All rows of one input.</summary>
    public Span<double> this[int input] => _values.AsSpan(input * capacity, capacity);

    /// <summary>Writes values of one row, from <paramref name="first"/> on.</summary>
    public void Set(int row, ReadOnlySpan<double> values, int first = 0)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _values[((first + i) * capacity) + row] = values[i];
        }
    }

    /// <summary>Reads the first values of one row.</summary>
    public void Get(int row, Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _values[(i * capacity) + row];
        }
    }
}
