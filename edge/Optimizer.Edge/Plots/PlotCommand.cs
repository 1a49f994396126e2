namespace Optimizer.Edge.Plots;
internal static class PlotCommand
{
    public static int Run(Optimizer.Edge.Simulated.FoilPlant foil, double hours, string file, CancellationToken cancel) => 0;
}
