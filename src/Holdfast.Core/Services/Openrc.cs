using System.Text;

namespace Holdfast.Core.Services;

/// <summary>
/// The file that a shell sources to be a user of the local identity in the project of the same name:
/// <c>. &lt;data&gt;/admin-openrc</c>.
/// </summary>
public static class Openrc
{
    private const string PasswordLine = "export OS_PASSWORD=";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string PathOf(CoreOptions options, string user) =>
        Path.Combine(options.DataDirectory, $"{user}-openrc");

    /// <summary>Written beside and renamed, so that it is there whole or not at all, and stays; its owner's alone from the first byte.</summary>
    public static void Write(CoreOptions options, string user, string password)
    {
        string path = PathOf(options, user);
        string beside = path + ".new";
        File.Delete(beside);
        FileStreamOptions create = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
            BufferSize = 0,
        };
        using (FileStream stream = new(beside, create))
        {
            stream.Write(Encoding.UTF8.GetBytes(Text(options, user, password)));
            Libc.Sync(stream.SafeFileHandle, beside);
        }
        File.Move(beside, path, overwrite: true);
        Libc.SyncDirectory(options.DataDirectory);
    }

    public static void Delete(CoreOptions options, string user) => File.Delete(PathOf(options, user));

    /// <summary>The password in a user's file; null when there is no file.</summary>
    public static string? ReadPassword(CoreOptions options, string user)
    {
        string path = PathOf(options, user);
        string? line = File.Exists(path)
            ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(PasswordLine, StringComparison.Ordinal))
            : null;
        return line is null ? null : Unquoted(line[PasswordLine.Length..]);
    }

    private static string Text(CoreOptions options, string user, string password) =>
        $"""
            # To be {user} of this Holdfast: . {user}-openrc
            unset OS_CLOUD OS_TOKEN OS_USER_ID OS_USER_DOMAIN_NAME OS_PROJECT_ID OS_PROJECT_DOMAIN_NAME OS_TENANT_ID
            unset OS_TENANT_NAME OS_DOMAIN_ID OS_DOMAIN_NAME OS_SYSTEM_SCOPE OS_TRUST_ID
            export OS_AUTH_TYPE=password
            export OS_AUTH_URL={Quoted(options.PublicUrl.TrimEnd('/') + "/identity/v3")}
            export OS_IDENTITY_API_VERSION=3
            export OS_USERNAME={user}
            export OS_USER_DOMAIN_ID=default
            {PasswordLine}{Quoted(password)}
            export OS_PROJECT_NAME={user}
            export OS_PROJECT_DOMAIN_ID=default
            export OS_REGION_NAME={Quoted(options.Region)}

            """;

    // In single quotes a shell takes everything as it is, but the quote itself.
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''")}'";

    private static string Unquoted(string text) => text[1..^1].Replace(@"'\''", "'");
}
