using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Holdfast.Tests.Core.Access;

/// <summary>Real files that change while questions are asked, on a clock that the test moves.</summary>
public sealed class PolicyReloadTests : IDisposable
{
    private const string Rule = "share_backup:create";

    private readonly TemporaryDirectory directory = new();
    private readonly ManualTime time = new(DateTimeOffset.UtcNow);
    private readonly Lines log = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_broken_file_at_the_start_is_refused()
    {
        Write("policy.yaml", "share_backup:create: role");
        PolicyError error = Assert.Throws<PolicyError>(() => Open());
        Assert.StartsWith($"{directory["policy.yaml"]}, line 1: ", error.Message, StringComparison.Ordinal);

        Write("policy.yaml", "share_backup:create: rule:nowhere");
        Assert.Throws<PolicyError>(() => Open());
        Assert.Throws<PolicyError>(() => Open(directory["another.yaml"]));
    }

    [Fact]
    public void A_change_is_taken_when_it_is_a_second_old()
    {
        Write("policy.yaml", "share_backup:create: role:reader");
        Policy policy = Open();
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));

        Write("policy.yaml", "share_backup:create: \"!\"");
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));
        Settle();
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
    }

    [Fact]
    public void A_change_by_a_clock_that_is_ahead_is_taken_when_it_was_seen_twice()
    {
        time.Advance(TimeSpan.FromDays(-1));
        Policy policy = Open();
        Write("policy.yaml", "share_backup:create: role:reader");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_left_alone()
    {
        time.Advance(TimeSpan.FromDays(-1));
        Policy policy = Open();
        Write("policy.yaml", "");
        for (int i = 0; i < 5; i++)
        {
            File.AppendAllText(directory["policy.yaml"], $"rule{i}: role:reader\n");
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(policy.Allows(CoreFixture.Reader, Rule));
        }
        File.AppendAllText(directory["policy.yaml"], $"{Rule}: role:reader\n");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));
    }

    [Fact]
    public void Files_appear_and_disappear()
    {
        Policy policy = Open();
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));

        Write("policy.yaml", "share_backup:create: role:reader");
        Settle();
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));

        directory.Make("policy.d");
        Write("policy.d/lock.yaml", "share_backup:create: \"!\"");
        Settle();
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));

        File.Delete(directory["policy.d/lock.yaml"]);
        Settle();
        // Perhaps it is being replaced.
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
        Settle();
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));

        File.Delete(directory["policy.yaml"]);
        Settle();
        Assert.True(policy.Allows(CoreFixture.Reader, Rule));
        Settle();
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
    }

    [Fact]
    public void A_file_that_is_replaced_by_one_of_the_same_size_and_time_is_seen()
    {
        Write("policy.yaml", "share_backup:create: role:reader");
        Policy policy = Open();
        Write("new.yaml", "share_backup:create: role:nobody");
        File.SetLastWriteTimeUtc(directory["new.yaml"], File.GetLastWriteTimeUtc(directory["policy.yaml"]));

        File.Move(directory["new.yaml"], directory["policy.yaml"], overwrite: true);
        Settle();

        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
    }

    [Fact]
    public void A_file_that_breaks_leaves_the_last_good_rules_in_force_and_is_said_once()
    {
        Write("policy.yaml", "share_backup:create: role:reader");
        Policy policy = Open(directory["policy.yaml"]);
        Assert.Null(policy.Problem);

        foreach (string broken in new[] { "share_backup:create: role", "share_backup:create: rule:nowhere", "[" })
        {
            log.Errors.Clear();
            Write("policy.yaml", broken);
            for (int i = 0; i < 3; i++)
            {
                Settle();
                Assert.True(policy.Allows(CoreFixture.Reader, Rule));
            }
            Assert.Contains(directory["policy.yaml"], policy.Problem, StringComparison.Ordinal);
            Assert.Contains(policy.Problem!, Assert.Single(log.Errors), StringComparison.Ordinal);
        }

        // Gone is broken too, where somebody has named the file.
        File.Delete(directory["policy.yaml"]);
        for (int i = 0; i < 3; i++)
        {
            Settle();
            Assert.True(policy.Allows(CoreFixture.Reader, Rule));
        }
        Assert.Contains("There is no policy file", policy.Problem, StringComparison.Ordinal);

        Write("policy.yaml", "share_backup:create: \"!\"");
        Settle();
        Assert.False(policy.Allows(CoreFixture.Reader, Rule));
        Assert.Null(policy.Problem);
    }

    [Fact]
    public void A_name_that_no_rule_has_is_warned_of_with_the_one_that_was_meant()
    {
        Write(
            "policy.yaml",
            "share_backup:creat: role:reader\nfar_away:call: role:reader\nown: role:reader\nshare_backup:delete: rule:own"
        );
        Open();
        Assert.Contains(log.Warnings, line => line.Contains("'share_backup:creat'") && line.Contains($"'{Rule}'?"));
        Assert.Contains(log.Warnings, line => line.Contains("'far_away:call'"));
        Assert.DoesNotContain(log.Warnings, line => line.Contains("'own'"));
    }

    [Fact]
    public async Task Every_answer_is_of_one_whole_state_of_the_file_while_it_changes()
    {
        // In either state one of the two holds, and never both.
        string[] states =
        [
            "share_backup:create: \"@\"\nshare_backup:delete: \"not rule:share_backup:create\"",
            "share_backup:create: \"!\"\nshare_backup:delete: \"not rule:share_backup:create\"",
        ];
        Write("policy.yaml", states[0]);
        Policy policy = Open();
        using CancellationTokenSource done = new();
        using CountdownEvent asking = new(3);
        Task[] askers =
        [
            .. Enumerable
                .Range(0, asking.InitialCount)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        asking.Signal();
                        while (!done.IsCancellationRequested)
                        {
                            policy.Allows(CoreFixture.Reader, Rule);
                            // A default, which no state changes.
                            Assert.True(policy.Allows(CoreFixture.Reader, "share_backup:get"));
                        }
                    })
                ),
        ];
        asking.Wait();
        for (int i = 1; i <= 50; i++)
        {
            Write("new.yaml", states[i % 2]);
            File.Move(directory["new.yaml"], directory["policy.yaml"], overwrite: true);
            bool due = i % 2 == 0;
            for (int looks = 0; policy.Allows(CoreFixture.Reader, Rule) != due; looks++)
            {
                Assert.True(looks < 1_000_000, "the change was never taken");
                Settle();
            }
            Assert.Equal(!due, policy.Allows(CoreFixture.Reader, "share_backup:delete"));
        }
        await done.CancelAsync();
        await Task.WhenAll(askers);
        Assert.Empty(log.Errors);
    }

    private Policy Open(string? named = null) =>
        new(
            new CoreOptions
            {
                DataDirectory = directory.Path,
                Node = "node1",
                Roles = new HashSet<string>(),
                ShareRoots = [],
                PublicUrl = "http://127.0.0.1",
                PolicyFile = named,
            },
            time,
            log
        );

    private void Write(string name, string text) => File.WriteAllText(directory[name], text);

    /// <summary>Whatever was written is old enough then, and the next question looks.</summary>
    private void Settle() => time.Advance(TimeSpan.FromSeconds(2));

    private sealed class Lines : ILogger<Policy>
    {
        public List<string> Warnings { get; } = [];
        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (Errors)
            {
                (
                    logLevel == LogLevel.Error ? Errors
                    : logLevel == LogLevel.Warning ? Warnings
                    : []
                ).Add(formatter(state, exception));
            }
        }
    }
}
