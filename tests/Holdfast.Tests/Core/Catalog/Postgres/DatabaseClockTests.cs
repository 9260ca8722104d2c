using Holdfast.Core.Catalog.Postgres;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

public sealed class DatabaseClockTests
{
    private static readonly DateTimeOffset Database = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SteppedTime machine = new();
    private readonly DatabaseClock clock;

    public DatabaseClockTests() => clock = new DatabaseClock(machine);

    [Fact]
    public void It_is_the_machines_until_the_database_has_been_asked() =>
        Assert.Equal(machine.GetUtcNow(), clock.GetUtcNow());

    [Fact]
    public void It_goes_on_from_the_databases_answer_whatever_happens_to_the_machines_clock()
    {
        Ask(Database, TimeSpan.Zero);
        machine.Advance(TimeSpan.FromMinutes(1));
        machine.Suspend(TimeSpan.FromDays(365));

        Assert.Equal(Database.AddMinutes(1), clock.GetUtcNow());
    }

    [Fact]
    public void The_answer_is_of_the_middle_of_the_question() => Assert.Equal(Database.AddMilliseconds(50), Asked(100));

    [Fact]
    public void A_slow_answer_does_not_spoil_what_a_quick_one_said()
    {
        Ask(Database, TimeSpan.Zero);
        Ask(Database.AddMilliseconds(700), TimeSpan.FromMilliseconds(800));

        Assert.Equal(Database.AddMilliseconds(800), clock.GetUtcNow());
    }

    [Fact]
    public void After_a_while_any_answer_is_better_than_the_old_one()
    {
        Ask(Database, TimeSpan.Zero);
        machine.Advance(TimeSpan.FromSeconds(6));
        Ask(Database.AddSeconds(7), TimeSpan.FromMilliseconds(200));

        Assert.Equal(Database.AddMilliseconds(7100), clock.GetUtcNow());
    }

    [Fact]
    public void An_answer_that_took_seconds_is_worse_than_the_oldest()
    {
        Ask(Database, TimeSpan.Zero);
        machine.Advance(TimeSpan.FromMinutes(1));
        Ask(Database.AddMinutes(1).AddSeconds(20), TimeSpan.FromSeconds(20));

        Assert.Equal(Database.AddMinutes(1).AddSeconds(20), clock.GetUtcNow());
    }

    [Fact]
    public void It_does_not_go_back_by_a_little()
    {
        Ask(Database, TimeSpan.Zero);
        DateTimeOffset told = clock.GetUtcNow();
        Ask(Database.AddMilliseconds(-5), TimeSpan.Zero);

        Assert.Equal(told, clock.GetUtcNow());
        machine.Advance(TimeSpan.FromMilliseconds(6));
        Assert.Equal(Database.AddMilliseconds(1), clock.GetUtcNow());
    }

    [Fact]
    public void It_follows_a_database_whose_clock_was_set_back()
    {
        Ask(Database, TimeSpan.Zero);
        _ = clock.GetUtcNow();
        Ask(Database.AddHours(-1), TimeSpan.Zero);

        Assert.Equal(Database.AddHours(-1), clock.GetUtcNow());
    }

    private DateTimeOffset Asked(int milliseconds)
    {
        Ask(Database, TimeSpan.FromMilliseconds(milliseconds));
        return clock.GetUtcNow();
    }

    private void Ask(DateTimeOffset answer, TimeSpan takes)
    {
        long asked = clock.GetTimestamp();
        machine.Advance(takes);
        clock.Learn(asked, answer);
    }
}
