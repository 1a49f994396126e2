using ScottPlot;

namespace Optimizer.Edge.Plots;

/// <summary>What every page of plots has in common: one font, one palette.</summary>
internal static class PageStyle
{
    private const string FontName = "DejaVu Sans";

    // Okabe and Ito's palette: told apart by everybody, in grey too.
    public static readonly Color Blue = Color.FromHex("#0072B2"), Orange = Color.FromHex("#D55E00"), Green = Color.FromHex("#009E73"), Purple = Color.FromHex("#CC79A7"), Grey = Color.FromHex("#9A9A9A");

    /// <summary>A box without fonts must still write words.</summary>
    public static void UseOwnFont()
    {
        Fonts.AddFontFile(FontName, Path.Combine(AppContext.BaseDirectory, "fonts", "DejaVuSans.ttf"));
        Fonts.Default = FontName;
    }
}
