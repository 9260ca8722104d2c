using Holdfast.Testing;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>
/// Each kind of damage that <c>docs/user/repair.md</c> has a heading for: what it says is shown is shown, and what it says to
/// do is typed as it stands and repairs the repository, of which stock restic thinks the same.
/// </summary>
[Trait("e2e", "pages")]
public sealed class RepairTests(DamagedRepository repository) : IClassFixture<DamagedRepository>
{
    private static readonly Dictionary<string, string> Sections = ReadSections();

    public static TheoryData<string> Headings => [.. Sections.Keys];

    [Fact]
    public void EveryDamageHasItsRepairAndEveryRepairItsDamage() =>
        Assert.Equal(DamagedRepository.Kinds.Order(), Sections.Keys.Order());

    [Theory]
    [MemberData(nameof(Headings))]
    public async Task TheDocumentedRepairRepairs(string heading)
    {
        await repository.DamageAsync(heading);
        foreach (Step step in Step.Of(Sections[heading]))
        {
            ProcessResult result = await repository.RunAsync(step.Command);
            string[] lines = (result.Output + result.Error).Split('\n');
            Assert.All(step.Shown, shown => Assert.Contains(lines, line => Fits(shown, line)));
            bool fails = step.Shown.Any(shown => shown.StartsWith("error: ") || shown.StartsWith("holdfast: "));
            Assert.True(
                fails == (result.ExitCode != 0),
                $"{step.Command}: {result.ExitCode}\n{result.Output}{result.Error}"
            );
            repository.LearnId(lines.Where(line => step.Shown.Any(shown => Fits(shown, line))));
        }
        await repository.RequireWholeAsync();
    }

    private static bool Fits(string shown, string line)
    {
        string[] parts = shown.Split('…');
        bool fits = line.StartsWith(parts[0], StringComparison.Ordinal);
        int at = parts[0].Length;
        foreach (string part in parts.Skip(1).TakeWhile(_ => fits))
        {
            int found = line.IndexOf(part, at, StringComparison.Ordinal);
            (fits, at) = (found >= 0, found + part.Length);
        }
        return fits;
    }

    private static Dictionary<string, string> ReadSections()
    {
        string text = File.ReadAllText(RepositoryRoot.File("docs/user/repair.md"));
        return text.Split("\n## ").Skip(1).ToDictionary(section => section[..section.IndexOf('\n')]);
    }

    /// <summary>A command, and lines that it shows; <c>…</c> stands for anything.</summary>
    private sealed record Step(string Command, List<string> Shown)
    {
        public static List<Step> Of(string section)
        {
            List<Step> steps = [];
            string console = section.Split("```console\n")[1].Split("\n```")[0];
            foreach (string line in console.Split('\n'))
            {
                if (line.StartsWith("$ ", StringComparison.Ordinal))
                {
                    steps.Add(new Step(line[2..], []));
                }
                else
                {
                    steps[^1].Shown.Add(line);
                }
            }
            return steps;
        }
    }
}
