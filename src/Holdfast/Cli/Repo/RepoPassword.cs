using System.CommandLine;

namespace Holdfast.Cli.Repo;

/// <summary>Where a repository's password comes from: the option, or restic's environment variables.</summary>
internal static class RepoPassword
{
    /// <exception cref="CommandError">None is given, or its file cannot be read.</exception>
    public static string Read(ParseResult parsed)
    {
        string? file = parsed.GetValue(RepoOptions.PasswordFile) ?? Variable("RESTIC_PASSWORD_FILE");
        string? password = file is null ? Variable("RESTIC_PASSWORD") : ReadFile(file);
        return string.IsNullOrEmpty(password)
            ? throw new CommandError(
                ExitCode.Failed,
                "no password for the repository was given, or it is empty",
                "Use --password-file, or set RESTIC_PASSWORD_FILE or RESTIC_PASSWORD."
            )
            : password;
    }

    // As restic: white space around the password, such as the file's last newline, is not part of it.
    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandError(ExitCode.Failed, $"the password file cannot be read: {error.Message}");
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
