using Holdfast.Engine;

namespace Holdfast.Cli;

/// <summary>Every exit code of the executable. They are restic's where restic has one; docs/user/repo.md lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The verb failed, or its arguments make no sense.</summary>
    public const int Failed = 1;

    /// <summary><c>policy check</c>: denied.</summary>
    public const int Denied = 1;

    /// <summary><c>policy check</c>: there is no answer, for its arguments or the policy files make no sense.</summary>
    public const int Undecided = 2;

    /// <summary>The backup exists, but some source files could not be read.</summary>
    public const int Incomplete = 3;

    /// <summary>The service knows no such object, or it is another project's.</summary>
    public const int NotFound = 4;

    public const int NoRepository = 10;

    public const int Locked = 11;

    /// <summary>Of a repository; or a sign-in was refused.</summary>
    public const int WrongPassword = 12;

    /// <summary>No service answers, or not as it should: EX_UNAVAILABLE of sysexits.h.</summary>
    public const int Unreachable = 69;

    /// <summary>Another <c>serve</c> holds the data directory: EX_TEMPFAIL of sysexits.h.</summary>
    public const int Held = 75;

    /// <summary>Stopped by SIGINT or SIGTERM, after cleaning up: what a shell reports for SIGINT.</summary>
    public const int Interrupted = 130;

    public static int Of(Exception error, CancellationToken stop) =>
        error switch
        {
            OperationCanceledException when stop.IsCancellationRequested => Interrupted,
            CommandError command => command.ExitCode,
            EngineError { Kind: EngineErrorKind.Locked } => Locked,
            EngineError { Kind: EngineErrorKind.WrongPassword } => WrongPassword,
            _ => Failed,
        };
}
