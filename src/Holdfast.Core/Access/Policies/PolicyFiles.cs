namespace Holdfast.Core.Access.Policies;

/// <summary>
/// Where an operator's rules lie: a file, then every file of a directory in the order of their names. Hidden files and
/// directories in it are passed over, as oslo.policy does.
/// </summary>
/// <param name="file">The policy file.</param>
/// <param name="required">Whether the file must be there: somebody has named it.</param>
/// <param name="directory">The directory of more files, there or not.</param>
public sealed class PolicyFiles(string file, bool required, string directory)
{
    private const string FileName = "policy.yaml";
    private const string DirectoryName = "policy.d";

    public static PolicyFiles Of(CoreOptions options)
    {
        string file = options.PolicyFile ?? Path.Join(options.DataDirectory, FileName);
        return new PolicyFiles(
            file,
            required: options.PolicyFile is not null,
            Path.Join(Path.GetDirectoryName(file), DirectoryName)
        );
    }

    /// <summary>As if <paramref name="other"/> lay in the place of the policy file.</summary>
    public PolicyFiles With(string other) => new(other, required: true, directory);

    /// <exception cref="PolicyError">A file or the directory cannot be looked at.</exception>
    internal PolicyFilesLook Look()
    {
        try
        {
            List<(string Path, FileStamp Stamp)> files = [];
            if (Libc.TryStamp(file) is { } main)
            {
                files.Add((file, main));
            }
            FileStamp? more = Libc.TryStamp(directory);
            if (more is { IsDirectory: true })
            {
                foreach (string path in Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal))
                {
                    if (Path.GetFileName(path)[0] != '.' && Libc.TryStamp(path) is { IsDirectory: false } stamp)
                    {
                        files.Add((path, stamp));
                    }
                }
            }
            return new PolicyFilesLook([.. files], more);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PolicyError($"The policy files cannot be looked at: {error.Message}", error);
        }
    }

    /// <summary>What the files say, all of them or none.</summary>
    /// <exception cref="PolicyError">A file is not as it must be; the message names the file and, where there is one, the line.</exception>
    public IReadOnlyList<RuleOverride> Read() => Read(Look());

    /// <inheritdoc cref="Read()"/>
    internal IReadOnlyList<RuleOverride> Read(PolicyFilesLook look)
    {
        if (required && !look.Files.Any(one => one.Path == file))
        {
            throw new PolicyError($"There is no policy file {file}.");
        }
        if (look.Directory is { IsDirectory: false })
        {
            throw new PolicyError($"{directory} is not a directory.");
        }
        if (look.Directory is { IsWritableByAll: true })
        {
            throw OpenToAll(directory);
        }
        List<RuleOverride> rules = [];
        foreach ((string path, FileStamp stamp) in look.Files)
        {
            if (!stamp.IsRegularFile)
            {
                throw new PolicyError($"{path} is not a file.");
            }
            if (stamp.IsWritableByAll)
            {
                throw OpenToAll(path);
            }
            rules.AddRange(PolicyFile.Read(path));
        }
        return rules;
    }

    private static PolicyError OpenToAll(string path) =>
        new($"{path} is writable by everybody, who could give themselves every right. Run: chmod o-w {path}");
}
