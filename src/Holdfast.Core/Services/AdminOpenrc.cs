using System.Text;

namespace Holdfast.Core.Services;

/// <summary>The file that a shell sources to be the first administrator: <c>. &lt;data&gt;/admin-openrc</c>.</summary>
public static class AdminOpenrc
{
    public const string FileName = "admin-openrc";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Written beside and renamed, so that it is there whole or not at all; its owner's alone from the first byte.</summary>
    public static void Write(CoreOptions options, string password)
    {
        string path = Path.Combine(options.DataDirectory, FileName);
        string beside = path + ".new";
        File.Delete(beside);
        FileStreamOptions create = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using (FileStream stream = new(beside, create))
        {
            stream.Write(Encoding.UTF8.GetBytes(Text(options, password)));
        }
        File.Move(beside, path, overwrite: true);
    }

    internal static string Text(CoreOptions options, string password) =>
        $"""
            # Holdfast's first administrator. To use it: . {FileName}
            export OS_AUTH_TYPE=password
            export OS_AUTH_URL={Quoted(options.PublicUrl.TrimEnd('/') + "/identity/v3")}
            export OS_IDENTITY_API_VERSION=3
            export OS_USERNAME=admin
            export OS_USER_DOMAIN_ID=default
            export OS_PASSWORD={Quoted(password)}
            export OS_PROJECT_NAME=admin
            export OS_PROJECT_DOMAIN_ID=default
            export OS_REGION_NAME={Quoted(options.Region)}

            """;

    // In single quotes a shell takes everything as it is, but the quote itself.
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''")}'";
}
