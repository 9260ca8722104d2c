using System.Collections.Concurrent;

namespace Holdfast.SystemTests.Chaos;

/// <summary>What became of something that was asked for.</summary>
internal enum Fate
{
    /// <summary>Asked for, and not yet answered.</summary>
    Maybe,

    /// <summary>There, as the service has said.</summary>
    Kept,

    /// <summary>Its end was asked for, and not yet answered.</summary>
    Leaving,

    /// <summary>Gone, as the service has said.</summary>
    Gone,
}

/// <summary>A backup that a member has asked for.</summary>
/// <param name="copy">The share as it was then.</param>
internal sealed class LedgerBackup(string project, string name, string copy)
{
    public string Project => project;

    public string Name => name;

    public string Copy => copy;

    public string? Id { get; set; }

    public Fate Fate { get; set; }

    /// <summary>Whether a request for it was broken off: then there may be two.</summary>
    public bool Doubted { get; set; }

    /// <summary>Whether it, or a twin of it, can be there.</summary>
    public bool MayBe => Doubted || Fate is Fate.Kept or Fate.Leaving;

    /// <summary>The last sharing with each project.</summary>
    public ConcurrentDictionary<string, LedgerSharing> Sharings { get; } = [];

    /// <summary>A sharing that there is stays the same one; one that is over does not come back.</summary>
    public LedgerSharing ShareAnew(string recipient) =>
        Sharings.AddOrUpdate(recipient, _ => new(), (_, last) => last.Fate == Fate.Kept ? last : new());
}

internal sealed class LedgerSharing
{
    public string? Id { get; set; }

    public Fate Fate { get; set; }
}

/// <summary>A share that a member has asked for.</summary>
internal sealed class LedgerShare(string project, string name)
{
    public string Project => project;

    public string Name => name;

    public string Id { get; set; } = "";

    public string Directory { get; set; } = "";

    public Fate Fate { get; set; }

    public bool Doubted { get; set; }

    /// <summary>What it must be while nobody works on it; null when a restore has failed half way.</summary>
    public string? Known { get; set; }
}

/// <summary>
/// The model: what the service has acknowledged, who has which backup of which content, and what may be there beside.
/// One member writes a row; others only look.
/// </summary>
internal sealed class Ledger
{
    private int names;

    public ConcurrentDictionary<string, LedgerShare> Shares { get; } = [];

    public ConcurrentDictionary<string, LedgerBackup> Backups { get; } = [];

    /// <summary>Project to the number of backups that it may have.</summary>
    public ConcurrentDictionary<string, int> Quotas { get; } = [];

    public LedgerShare ExpectShare(string project)
    {
        LedgerShare share = new(project, NewName("share"));
        Shares[share.Name] = share;
        return share;
    }

    public LedgerBackup ExpectBackup(string project, string name, string copy)
    {
        LedgerBackup backup = new(project, name, copy);
        Backups[name] = backup;
        return backup;
    }

    /// <summary>One that nothing else has.</summary>
    public string NewName(string kind) => $"{kind}-{Interlocked.Increment(ref names)}";
}
