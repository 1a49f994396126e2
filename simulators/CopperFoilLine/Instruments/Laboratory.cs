using CopperFoilLine.Dynamics;
using Optimizer.Plant;

namespace CopperFoilLine.Instruments;

/// <summary>Titrations and chromatograms of the bath: sampled on a schedule, reported later, sometimes out of order.</summary>
internal sealed class Laboratory
{
    private readonly List<Analysis> _analyses = [];
    private readonly PriorityQueue<Sample, (long Known, long Order)> _pending = new();
    private readonly bool _noise;
    private long _order;

    public Laboratory(FoilLineOptions options)
    {
        _noise = options.Noise;
        Add(options, "lab/cu", 2, 0.5, 20, 40, (l, _) => l.TankCopper);
        Add(options, "lab/acid", 2, 1.0, 20, 40, (l, _) => l.TankAcid);
        Add(options, "lab/cl", 4, 1.0, 60, 60, (l, _) => l.Actual.Chloride);
        Add(options, "lab/sps", 8, 0.25, 120, 240, (l, _) => l.Actual.Sps);
        Add(options, "lab/gel", 8, 0.8, 120, 240, (l, _) => l.Actual.Gelatin);
        Add(options, "lab/hec", 8, 0.4, 120, 240, (l, _) => l.Actual.Hec);
        Add(options, "lab/toc", 24, 0.6, 240, 240, (l, _) => l.Point.Organics);
        Add(options, "lab/fe", 24, 0.03, 240, 240, (_, d) => d.Iron);
    }

    /// <summary>Takes due samples and hands out those that are reported by now.</summary>
    public void Step(LineDynamics line, Disturbances disturbances, Upsets upsets, DateTimeOffset start, DateTimeOffset now, ICollection<Sample> into)
    {
        foreach (var analysis in _analyses)
        {
            if (analysis.Due(start, now))
            {
                var sample = analysis.Take(line, disturbances, upsets, now, _noise);
                _pending.Enqueue(sample, (sample.KnownAt.UtcTicks, _order++));
            }
        }

        while (_pending.TryPeek(out var next, out var due) && due.Known <= now.UtcTicks)
        {
            into.Add(_pending.Dequeue());
        }
    }

    /// <summary>What dosing by feedback knows after a result.</summary>
    public static LabView Seen(LabView view, string tag, double value) => tag switch
    {
        "lab/sps" => view with { Sps = value },
        "lab/gel" => view with { Gelatin = value },
        "lab/hec" => view with { Hec = value },
        "lab/cl" => view with { Chloride = value },
        _ => view,
    };

    private void Add(FoilLineOptions options, string tag, double hours, double noise, double delayFrom, double delayTo, Func<LineDynamics, Disturbances, double> truth) =>
        _analyses.Add(new Analysis(tag, hours, noise, delayFrom, delayTo, truth, new RandomStream(tag, options.Seed)));

    private sealed class Analysis(string tag, double hours, double noise, double delayFrom, double delayTo, Func<LineDynamics, Disturbances, double> truth, RandomStream random)
    {
        private int _taken;

        public bool Due(DateTimeOffset start, DateTimeOffset now) => (now - start).TotalHours >= (_taken + 1) * hours - 1e-6;

        public Sample Take(LineDynamics line, Disturbances disturbances, Upsets upsets, DateTimeOffset now, bool noisy)
        {
            _taken++;
            string name = !upsets.CopperAndAcidSwapped ? tag : tag == "lab/cu" ? "lab/acid" : tag == "lab/acid" ? "lab/cu" : tag;
            double value = truth(line, disturbances) + (noisy ? noise * random.Gaussian() : 0);
            var known = now + TimeSpan.FromSeconds(Math.Round(60 * (delayFrom + (random.Uniform() * (delayTo - delayFrom))))) + upsets.ResultsLate;
            return new Sample(name, Math.Max(0, value), now, known, known, Quality.Good);
        }
    }
}
