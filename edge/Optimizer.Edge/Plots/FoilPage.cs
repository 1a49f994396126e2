using CopperFoilLine;
using ScottPlot;
using static Optimizer.Edge.Plots.PageStyle;

namespace Optimizer.Edge.Plots;

/// <summary>One page of the foil line over days: quality with its limits, wear and maintenance, batches, bath, money.</summary>
internal static class FoilPage
{
    private const int Width = 1600, Height = 1500;

    public static void Draw(Curves curves, Grade grade, string file)
    {
        PageStyle.UseOwnFont();
        var page = new Multiplot();
        page.AddPlots(8);
        page.Layout = new ScottPlot.MultiplotLayouts.Grid(4, 2);

        var rz = Panel(page.GetPlot(0), $"Matte-side roughness, {grade.Name}", "Rz, µm");
        Dots(rz, curves, "roll/rz", "strip");
        Line(rz, curves, "true foil/roughness", "true", Blue);
        Limit(rz, grade.RoughnessMax, "limit");

        var wear = Panel(page.GetPlot(1), "Wear and maintenance (hidden)", "share");
        Line(wear, curves, "true wear/drum", "drum wear", Blue);
        Line(wear, curves, "true wear/clog", "filter clogging", Orange);
        Line(wear, curves, "true wear/carbon", "carbon activity", Green);

        var holes = Panel(page.GetPlot(2), "Pinholes", "per 100 m²");
        Dots(holes, curves, "f01/pv/pinhole_rate", "camera");
        Line(holes, curves, "true foil/pinholes", "true", Blue);
        Limit(holes, grade.PinholesMax, "limit");

        var batches = Panel(page.GetPlot(3), "Additive batches (never announced)", "potency");
        Line(batches, curves, "true batch/sps_potency", "SPS", Blue);
        Line(batches, curves, "true batch/gelatin_potency", "gelatin", Orange);

        var elongation = Panel(page.GetPlot(4), "Elongation", "EL, %");
        Dots(elongation, curves, "roll/el", "strip");
        Line(elongation, curves, "true foil/elongation", "true", Blue);
        Limit(elongation, grade.ElongationMin, "limit");

        var bath = Panel(page.GetPlot(5), "Bath", "g/L");
        Dots(bath, curves, "lab/cu", "copper, lab");
        Dots(bath, curves, "lab/acid", "acid, lab", Purple);
        Line(bath, curves, "true bath/copper", "copper, true", Orange);
        Line(bath, curves, "true bath/acid", "acid, true", Blue);

        var voltage = Panel(page.GetPlot(6), "Cell voltage", "V");
        Line(voltage, curves, "f01/pv/cell_voltage", "measured", Blue);
        voltage.Axes.SetLimitsY(4.5, 6);

        var money = Panel(page.GetPlot(7), "Conversion cost at the tariff of the hour", "CNY per good kg");
        Line(money, curves, "true money/cost", "true", Blue);
        page.SavePng(file, Width, Height);
    }

    private static Plot Panel(Plot plot, string title, string unit)
    {
        plot.Title(title, 18);
        plot.YLabel(unit, 15);
        plot.XLabel("days", 15);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 13;
        plot.Axes.Left.TickLabelStyle.FontSize = 13;
        plot.Axes.Left.MinimumSize = 70;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.08);
        plot.Legend.Alignment = ScottPlot.Alignment.UpperRight;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.FontSize = 13;
        plot.Legend.BackgroundColor = Colors.White.WithAlpha(0.8);
        plot.ShowLegend();
        return plot;
    }

    private static void Line(Plot plot, Curves curves, string tag, string name, Color color)
    {
        var (days, values) = curves.Of(tag);
        if (days.Length == 0)
        {
            return;
        }

        var line = plot.Add.ScatterLine(days, values, color);
        line.LineWidth = 2;
        line.LegendText = name;
        Fit(plot);
    }

    private static void Dots(Plot plot, Curves curves, string tag, string name, Color? color = null)
    {
        var (days, values) = curves.Of(tag);
        if (days.Length == 0)
        {
            return;
        }

        var dots = plot.Add.ScatterPoints(days, values, color ?? Grey);
        dots.MarkerSize = 4;
        dots.LegendText = name;
        Fit(plot);
    }

    private static void Limit(Plot plot, double value, string name)
    {
        var line = plot.Add.HorizontalLine(value, 2, Orange, LinePattern.Dashed);
        line.LegendText = name;
        Fit(plot);
    }

    // Room above the curves for the legend.
    private static void Fit(Plot plot) => plot.Axes.Margins(left: 0.01, right: 0.01, bottom: 0.05, top: 0.22);
}
