using Optimizer.Alignment;

namespace Optimizer.Core.Tests.Alignment;

public class SetpointPathTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void AfterAStep_TheProcessFollowsWithItsTimeConstant()
    {
        var path = new SetpointPath(TimeSpan.FromHours(6));
        path.Append(Start, 88);
        path.Append(Start.AddHours(10), 92);

        Assert.Equal(88, path.EffectiveAt(Start.AddHours(10)), 12);
        Assert.Equal(88 + (4 * (1 - Math.Exp(-1))), path.EffectiveAt(Start.AddHours(16)), 12);
        Assert.Equal(92, path.SetpointAt(Start.AddHours(10)));
        Assert.Equal(88, path.SetpointAt(Start.AddHours(9.99)));
    }

    [Fact]
    public void TwoSteps_EqualTheExactSolution()
    {
        var path = new SetpointPath(TimeSpan.FromHours(2));
        path.Append(Start, 0);
        path.Append(Start, 5); // the same instant again: no course yet to change
        path.Append(Start.AddHours(1), 10);
        path.Append(Start.AddHours(3), 4);

        double atThree = 10 * (1 - Math.Exp(-1));
        Assert.Equal(4 + ((atThree - 4) * Math.Exp(-0.5)), path.EffectiveAt(Start.AddHours(4)), 12);
    }

    [Fact]
    public void NoLag_FollowsAtOnce()
    {
        var path = new SetpointPath(TimeSpan.Zero);
        path.Append(Start, 1);
        path.Append(Start.AddHours(1), 2);

        Assert.Equal(2, path.EffectiveAt(Start.AddHours(1).AddTicks(1)));
    }
}
