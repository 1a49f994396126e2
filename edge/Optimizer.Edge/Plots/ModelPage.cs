using System.Globalization;
using Optimizer.Learning;
using Optimizer.Plant;
using Optimizer.Surrogates;
using ScottPlot;
using static Optimizer.Edge.Plots.PageStyle;

namespace Optimizer.Edge.Plots;

/// <summary>One page on one surrogate: predicted against measured on later results, its gains beside the declared ones, its errors over time.</summary>
internal static class ModelPage
{
    private const int Width = 1600, Height = 1100;
    private const int TextSize = 14;
    private const double Sigmas90 = 1.645;

    public static void Draw(ProcessUnit unit, ControlledVariable variable, SurrogateDesign design, TargetReport target, string file)
    {
        UseOwnFont();
        var page = new Multiplot();
        page.AddPlots(3);
        var layout = new ScottPlot.MultiplotLayouts.CustomGrid();
        layout.Set(page.GetPlot(0), new GridCell(0, 0, 5, 2, 3, 1));
        layout.Set(page.GetPlot(1), new GridCell(0, 1, 5, 2, 3, 1));
        layout.Set(page.GetPlot(2), new GridCell(3, 0, 5, 1, 2, 1));
        page.Layout = layout;
        Predictions(page.GetPlot(0), target);
        Gains(page.GetPlot(1), unit, variable, design, target);
        Residuals(page.GetPlot(2), target);
        page.SavePng(file, Width, Height);
    }

    private static void Predictions(Plot plot, TargetReport target)
    {
        Style(plot, FormattableString.Invariant($"{target.Cv}: {target.Judged} later results, R2 {target.R2:F2}, error {target.Rmse:G3} {target.EngineeringUnit}"));
        plot.XLabel($"measured, {target.EngineeringUnit}", TextSize);
        plot.YLabel($"predicted, {target.EngineeringUnit}", TextSize);
        if (target.Points.Count == 0)
        {
            return;
        }

        foreach (var p in target.Points)
        {
            plot.Add.Line(p.Measured, p.Low, p.Measured, p.High).LineColor = Blue.WithAlpha(0.22);
        }

        double low = target.Points.Min(p => Math.Min(p.Measured, p.Low)), high = target.Points.Max(p => Math.Max(p.Measured, p.High));
        var equal = plot.Add.Line(low, low, high, high);
        (equal.LineColor, equal.LineWidth, equal.LinePattern, equal.LegendText) = (Colors.Black.WithAlpha(0.6), 1.5f, LinePattern.Dashed, "predicted = measured");
        Dots(plot, target, p => p.Measured, p => p.Predicted);
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "90 % interval", LineColor = Blue.WithAlpha(0.4), LineWidth = 2 });
        plot.Axes.SetLimits(low - (0.03 * (high - low)), high + (0.03 * (high - low)), low - (0.03 * (high - low)), high + (0.12 * (high - low)));
        Legend(plot, ScottPlot.Alignment.UpperLeft);
    }

    private static void Residuals(Plot plot, TargetReport target)
    {
        Style(plot, FormattableString.Invariant($"Measured less predicted; the 90 % interval holds {100 * target.Coverage90:F0} % of them"));
        plot.YLabel($"error, {target.EngineeringUnit}", TextSize);
        if (target.Points.Count == 0)
        {
            return;
        }

        double[] days = [.. target.Points.Select(p => p.SampledAt.UtcDateTime.ToOADate())];
        var band = plot.Add.FillY(days, [.. target.Points.Select(p => p.Low - p.Predicted)], [.. target.Points.Select(p => p.High - p.Predicted)]);
        (band.FillColor, band.LineWidth, band.LegendText) = (Blue.WithAlpha(0.15), 0, "90 % interval");
        plot.Add.HorizontalLine(0, 1, Colors.Black.WithAlpha(0.5));
        Dots(plot, target, p => p.SampledAt.UtcDateTime.ToOADate(), p => p.Measured - p.Predicted);
        var dates = plot.Axes.DateTimeTicksBottom();
        if (dates.TickGenerator is ScottPlot.TickGenerators.DateTimeAutomatic ticks)
        {
            ticks.LabelFormatter = t => t.ToString(t.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "HH:mm", CultureInfo.InvariantCulture);
        }

        plot.Axes.Right.MinimumSize = 40;
        plot.Axes.Bottom.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Margins(left: 0.01, right: 0.01, bottom: 0.06, top: 0.2);
        Legend(plot, ScottPlot.Alignment.UpperRight);
    }

    // Over the operator span of each setpoint, so that bars can be compared.
    private static void Gains(Plot plot, ProcessUnit unit, ControlledVariable variable, SurrogateDesign design, TargetReport target)
    {
        Style(plot, "Gains with 90 % interval, over the operator span");
        plot.XLabel(variable.Logarithmic ? $"change of ln({target.Cv})" : $"change of {target.Cv}, {target.EngineeringUnit}", TextSize);
        var learned = new List<Bar>();
        var declared = new List<Bar>();
        var names = new List<Tick>();
        foreach (var (m, n) in unit.ManipulatedVariables.Select((m, n) => (m, n)))
        {
            double span = m.OperatorHigh - m.OperatorLow, at = unit.ManipulatedVariables.Count - n;
            var gain = target.Gains[n];
            learned.Add(OneBar(at + 0.19, gain.Value * span, Sigmas90 * gain.StandardError * span, Blue));
            if (design.Gains.FirstOrDefault(g => g.ManipulatedVariable == m.Name) is { } expected)
            {
                declared.Add(OneBar(at - 0.19, expected.Value * span, Sigmas90 * expected.StandardDeviation * span, Grey));
            }

            names.Add(new Tick(at, FormattableString.Invariant($"{m.Name}, {span:0.##} {m.EngineeringUnit}")));
        }

        Add(plot, learned, "learned");
        Add(plot, declared, "declared");
        plot.Add.VerticalLine(0, 1, Colors.Black.WithAlpha(0.5));
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. names]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.HideGrid();
        plot.Grid.XAxisStyle.IsVisible = true;
        plot.Axes.SetLimitsY(0.4, unit.ManipulatedVariables.Count + 1.3);
        Legend(plot, ScottPlot.Alignment.UpperRight);
    }

    private static void Add(Plot plot, List<Bar> bars, string name)
    {
        if (bars.Count > 0)
        {
            var group = plot.Add.Bars(bars);
            (group.Horizontal, group.LegendText) = (true, name);
        }
    }

    private static Bar OneBar(double at, double value, double error, Color color) => new()
    {
        Position = at,
        Value = value,
        Error = error,
        Size = 0.36,
        FillColor = color,
        LineColor = Colors.Black.WithAlpha(0.7),
        LineWidth = 1.5f,
        Orientation = Orientation.Horizontal,
    };

    private static void Dots(Plot plot, TargetReport target, Func<JudgedPoint, double> x, Func<JudgedPoint, double> y)
    {
        bool Inside(JudgedPoint p) => p.Measured >= p.Low && p.Measured <= p.High;
        foreach (var (name, color, inside) in new[] { ("inside", Blue, true), ("outside", Orange, false) })
        {
            var chosen = target.Points.Where(p => Inside(p) == inside).ToList();
            if (chosen.Count > 0)
            {
                var dots = plot.Add.ScatterPoints([.. chosen.Select(x)], (double[])[.. chosen.Select(y)], color);
                (dots.MarkerSize, dots.LegendText) = (6, $"{name}, {chosen.Count}");
            }
        }
    }

    private static void Style(Plot plot, string title)
    {
        plot.Title(title, 17);
        plot.Axes.Bottom.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Left.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Left.MinimumSize = 95;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.08);
    }

    private static void Legend(Plot plot, ScottPlot.Alignment alignment)
    {
        plot.Legend.Alignment = alignment;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.FontSize = TextSize;
        plot.Legend.BackgroundColor = Colors.White.WithAlpha(0.8);
        plot.ShowLegend();
    }
}
