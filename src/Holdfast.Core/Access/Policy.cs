using Holdfast.Core.Access.Policies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Core.Access;

/// <summary>
/// Who may call what, in oslo.policy's language with Manila's rule names. A rule speaks of the caller in the caller's own
/// project, unless the call gives it an object to look at; which rows are the caller's is the services' matter.
/// <para>
/// The operator's files are looked at again with the next question, at most once a second. A change is taken once it is a
/// second old, so that no half-written file is; what cannot be taken leaves the rules from before in force.
/// </para>
/// </summary>
public sealed class Policy
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PolicyFiles? files;
    private readonly TimeProvider time = TimeProvider.System;
    private readonly ILogger logger = NullLogger.Instance;
    private readonly Lock reading = new();

    private volatile RuleSet rules;
    private volatile string? problem;
    private long lookedAt;

    // Of the files: what was read last, for better or worse; and a change that was too fresh.
    private PolicyFilesLook? read;
    private PolicyFilesLook? fresh;

    /// <summary>The defaults, whatever files there are.</summary>
    public Policy() => rules = RuleSet.Build(RuleDefaults.All, []);

    /// <exception cref="PolicyError">The files cannot be used: the service must not start without what they say.</exception>
    public Policy(CoreOptions options, TimeProvider time, ILogger<Policy> logger)
    {
        (this.time, this.logger) = (time, logger);
        files = PolicyFiles.Of(options);
        lookedAt = time.GetUtcNow().UtcTicks;
        read = files.Look();
        IReadOnlyList<RuleOverride> overrides = files.Read(read);
        rules = Build(overrides);
        if (overrides.Count > 0)
        {
            Log.PolicyRead(logger, overrides.Count);
        }
    }

    /// <summary>Why the files as they are now are not in force, for the operator; null when they are.</summary>
    public string? Problem
    {
        get
        {
            LookAgain();
            return problem;
        }
    }

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Forbidden"/>; which rule refused is not told.</exception>
    public void Require(Caller caller, string rule) => Require(caller, rule, PolicyTarget.Of(caller));

    /// <inheritdoc cref="Require(Caller, string)"/>
    public void Require(Caller caller, string rule, PolicyTarget target)
    {
        if (!Allows(caller, rule, target))
        {
            throw ServiceError.Forbidden();
        }
    }

    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public bool Allows(Caller caller, string rule) => Allows(caller, rule, PolicyTarget.Of(caller));

    /// <inheritdoc cref="Allows(Caller, string)"/>
    public bool Allows(Caller caller, string rule, PolicyTarget target)
    {
        LookAgain();
        Rule asked = rules.Find(rule) ?? throw new ArgumentException($"There is no rule '{rule}'.", nameof(rule));
        return asked.Allows(new Question(caller, target));
    }

    /// <summary>Whose request it is. What the policy says of a caller once a request, it says here.</summary>
    public Caller Identify(ValidToken token, string requestId)
    {
        LookAgain();
        Caller caller = new(token.ProjectId ?? "", token.UserId, token.Roles, requestId)
        {
            UserDomainId = token.UserDomainId,
            ProjectDomainId = token.ProjectDomainId,
        };
        return rules.Decide(caller);
    }

    private void LookAgain()
    {
        if (files is null || !IsDue() || !reading.TryEnter())
        {
            return;
        }
        try
        {
            if (IsDue())
            {
                Interlocked.Exchange(ref lookedAt, time.GetUtcNow().UtcTicks);
                Take(files);
            }
        }
        catch (PolicyError error)
        {
            if (problem != error.Message)
            {
                problem = error.Message;
                Log.PolicyRefused(logger, error.Message);
            }
        }
        finally
        {
            reading.Exit();
        }
    }

    // A clock that was put back does not put the next look off.
    private bool IsDue()
    {
        long since = time.GetUtcNow().UtcTicks - Interlocked.Read(ref lookedAt);
        return since < 0 || since >= Interval.Ticks;
    }

    private void Take(PolicyFiles from)
    {
        PolicyFilesLook now = from.Look();
        if (now == read && problem is null)
        {
            return;
        }
        // A file that is gone is perhaps being replaced.
        bool settled = now.Files.Length >= read!.Files.Length && time.GetUtcNow() - now.Changed >= Interval;
        if (!settled && now != fresh)
        {
            fresh = now;
            return;
        }
        read = now;
        IReadOnlyList<RuleOverride> overrides = from.Read(now);
        RuleSet next = Build(overrides);
        if (from.Look() == now)
        {
            rules = next;
            problem = null;
            Log.PolicyRead(logger, overrides.Count);
        }
    }

    private RuleSet Build(IReadOnlyList<RuleOverride> overrides)
    {
        RuleSet built = RuleSet.Build(RuleDefaults.All, overrides);
        foreach (string doubt in built.Doubts)
        {
            Log.PolicyDoubtful(logger, doubt);
        }
        return built;
    }
}
