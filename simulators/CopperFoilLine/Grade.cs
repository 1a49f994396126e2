namespace CopperFoilLine;

/// <summary>A foil grade: thickness, specification, fee, and the point operators found by hand.</summary>
/// <param name="Thickness">h, um.</param>
/// <param name="TensileMin">MPa.</param>
/// <param name="ElongationMin">%.</param>
/// <param name="RoughnessMax">Matte-side Rz, um.</param>
/// <param name="PinholesMax">Per 100 m2.</param>
/// <param name="Fee">Conversion fee, CNY per good kg (invented).</param>
/// <param name="CurrentDensityMax">A/m2.</param>
/// <param name="Package">Effect of the grade's fixed extra additive on grain refinement.</param>
/// <param name="PackageElongation">Its factor on elongation.</param>
public sealed record Grade(
    string Name, double Thickness, double TensileMin, double ElongationMin, double RoughnessMax, double PinholesMax, double Fee,
    double CurrentDensityMax, double Package, double PackageElongation, OperatingPoint Hand)
{
    public static readonly IReadOnlyList<Grade> All =
    [
        new("LB-4.5", 4.5, 320, 3.0, 1.90, 3.5, 34, 6000, 0, 1, new(4900, 50, 60, 88, 92, 27, 3.8, 13, 3.5)),
        new("LB-6", 6, 320, 3.5, 2.00, 2.5, 20, 7500, 0, 1, new(5500, 50, 60, 88, 92, 28, 4.0, 13, 3.5)),
        new("LB-6H", 6, 400, 3.0, 1.90, 2.5, 25, 7500, 0.68, 1.36, new(5300, 49, 60, 87, 92, 28, 4.4, 13.5, 3.5)),
        new("LB-8", 8, 315, 4.5, 2.10, 2.0, 16, 7500, 0, 1, new(5500, 51, 60, 88, 96, 28, 4.2, 12, 3.5)),
        new("STD-12", 12, 310, 6.2, 2.40, 1.2, 14, 7500, 0, 1, new(5500, 52, 60, 89, 98, 30, 4.2, 11, 3.5)),
        new("STD-35", 35, 295, 11.5, 3.60, 0.4, 11, 7500, 0, 1, new(5600, 53, 62, 90, 100, 31, 4.0, 10, 3.0)),
    ];

    /// <summary>Areal weight, g/m2, at 8.93 g/cm3.</summary>
    public double ArealWeight => Thickness * 8.93;

    /// <summary>Place in <see cref="All"/>: the value of the tags <c>f01/state/grade</c> and <c>roll/grade</c>.</summary>
    public static int IndexOf(Grade grade) => All.TakeWhile(g => g.Name != grade.Name).Count();

    /// <exception cref="ArgumentException">No such grade; the message lists those there are.</exception>
    public static Grade Named(string name) => All.FirstOrDefault(g => g.Name == name)
        ?? throw new ArgumentException($"grade \"{name}\" is unknown, expected one of {string.Join(", ", All.Select(g => g.Name))}");
}
