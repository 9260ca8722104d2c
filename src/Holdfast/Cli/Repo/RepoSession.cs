using System.CommandLine;
using Holdfast.Engine;

namespace Holdfast.Cli.Repo;

internal enum LockMode
{
    /// <summary>Others may read and add meanwhile. The verb offers <c>--no-lock</c>.</summary>
    Read,

    /// <summary>Others may read and add meanwhile; this verb adds too.</summary>
    Add,

    /// <summary>Nobody else may do anything.</summary>
    Exclusive,
}

/// <summary>An open repository under its lock, for the time that one verb runs.</summary>
internal sealed class RepoSession
{
    /// <summary>Between two tries to get a lock that somebody else holds.</summary>
    private static readonly TimeSpan LockPause = TimeSpan.FromSeconds(2);

    private RepoSession(Repository repository, RepositoryLock? held, CancellationToken stop)
    {
        Repository = repository;
        Lock = held;
        Stop = stop;
    }

    public Repository Repository { get; }

    /// <summary>Null only under <c>--no-lock</c>.</summary>
    public RepositoryLock? Lock { get; }

    /// <summary>Cancelled by a signal, or when the lock is lost.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Opens the repository that the options name, locks it, runs the verb, and leaves no lock behind.</summary>
    /// <param name="loadsIndex">The verb loads the index. It is read while the lock is waited for, and then compared.</param>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        LockMode mode,
        RepositoryOptions options,
        Func<RepoSession, Task<int>> verb,
        CancellationToken stop,
        bool loadsIndex = false
    )
    {
        await using Repository repository = await OpenAsync(parsed, options, stop);
        await using var ahead = new IndexAhead(repository, loadsIndex, stop);
        return mode == LockMode.Read && parsed.GetValue(RepoOptions.NoLock)
            ? await verb(new RepoSession(repository, held: null, stop))
            : await LockedAsync(parsed, repository, mode, verb, stop);
    }

    /// <summary>Locks the open repository, runs a part of a verb, and leaves no lock behind.</summary>
    public static async Task<T> LockedAsync<T>(
        ParseResult parsed,
        Repository repository,
        LockMode mode,
        Func<RepoSession, Task<T>> part,
        CancellationToken stop
    )
    {
        await using RepositoryLock held = await LockAsync(parsed, repository, mode == LockMode.Exclusive, stop);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, held.Lost);
        try
        {
            return await part(new RepoSession(repository, held, either.Token));
        }
        catch (OperationCanceledException error)
            when (held.Lost.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new EngineError(
                EngineErrorKind.LockLost,
                temporary: true,
                "The lock on the repository could not be refreshed in time, so the work was stopped.",
                "Run the same again; what was done so far is kept.",
                error
            );
        }
    }

    /// <summary>Opens the repository that the options name, without a lock.</summary>
    public static async Task<Repository> OpenAsync(
        ParseResult parsed,
        RepositoryOptions options,
        CancellationToken stop
    )
    {
        string location = RepoLocation.Read(parsed);
        string password = RepoPassword.Read(parsed);
        try
        {
            return await Repository.OpenAsync(RepoLocation.Open(location), password, options, stop);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            throw new CommandError(ExitCode.NoRepository, $"there is no repository at '{location}'", error.Advice);
        }
    }

    private static async Task<RepositoryLock> LockAsync(
        ParseResult parsed,
        Repository repository,
        bool exclusive,
        CancellationToken stop
    )
    {
        TimeProvider time = repository.Options.Time;
        long started = time.GetTimestamp();
        for (bool told = false; ; told = true)
        {
            try
            {
                return await repository.LockAsync(exclusive, stop);
            }
            catch (EngineError error)
                when (error.Kind == EngineErrorKind.Locked
                    && time.GetElapsedTime(started) < parsed.GetValue(RepoOptions.RetryLock)
                )
            {
                if (!told)
                {
                    Output.Of(parsed).Note($"{error.Message} Waiting for it to go.");
                }
                await Task.Delay(LockPause, time, stop);
            }
        }
    }
}
