namespace CopperFoilLine.Instruments;

/// <summary>Foil on its way from the drum to a gauge or camera: what is seen now was made one path length ago, whatever the speed was meanwhile.</summary>
/// <param name="pathMetres">Drum to instrument, m, arc on the drum included.</param>
internal sealed class TransportDelay(double pathMetres)
{
    private readonly Queue<(double Position, double Value)> _foil = new();
    private double _position, _seen = double.NaN;

    /// <summary>Winds foil and returns the value now under the instrument; NaN until the first foil arrives.</summary>
    public double Step(double value, double metres)
    {
        _position += metres;
        _foil.Enqueue((_position, value));
        while (_foil.Count > 0 && _position - _foil.Peek().Position >= pathMetres)
        {
            _seen = _foil.Dequeue().Value;
        }

        return _seen;
    }

    /// <summary>The web tore: no foil under the instrument until new foil arrives.</summary>
    public double Cut()
    {
        _foil.Clear();
        return _seen = double.NaN;
    }
}
