using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Holdfast.BrowserTests.Site;

/// <summary>The judge of accessibility.</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>What is wrong with the page by WCAG 2.2 AA and by good practice; empty when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(Script);
        JsonElement? found = await page.EvaluateAsync(
            "async () => (await axe.run()).violations.map(v => `${v.id}: ${v.help} ${v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')}`)"
        );
        return [.. found!.Value.EnumerateArray().Select(one => one.GetString()!)];
    }
}
