using System.Collections;
using Holdfast.Core;
using Holdfast.Core.Access.Policies;
using Holdfast.Engine;

namespace Holdfast.Cli.Doctor;

/// <summary>What has been found until now, in order.</summary>
internal sealed class Findings : IReadOnlyList<Finding>
{
    private readonly List<Finding> all = [];

    public int Count => all.Count;

    public Finding this[int index] => all[index];

    public void Ok(string check, string found) => all.Add(new Finding(check, FindingLevel.Ok, found, null));

    public void Warning(string check, string found, string advice) =>
        all.Add(new Finding(check, FindingLevel.Warning, found, advice));

    public void Mistake(string check, string found, string? advice) =>
        all.Add(new Finding(check, FindingLevel.Mistake, found, advice));

    /// <summary>A mistake, in the words in which a verb would fail of it.</summary>
    public void Mistake(string check, Exception error, string? advice = null)
    {
        (string message, string? its) = ErrorText.Describe(error);
        Mistake(check, message, its ?? advice);
    }

    /// <summary>Looks at something; what a verb would fail of is a mistake.</summary>
    /// <param name="advice">Where the error has none of its own.</param>
    /// <returns>Whether the look came to its end.</returns>
    public async Task<bool> TryAsync(string check, Func<Task> look, string? advice = null)
    {
        try
        {
            await look();
            return true;
        }
        catch (Exception error)
            when (error
                    is CommandError
                        or EngineError
                        or ServiceError
                        or PolicyError
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            Mistake(check, error, advice);
            return false;
        }
    }

    public IEnumerator<Finding> GetEnumerator() => all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
