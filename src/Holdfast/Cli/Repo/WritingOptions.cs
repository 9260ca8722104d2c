using System.CommandLine;
using Holdfast.Engine;

namespace Holdfast.Cli.Repo;

/// <summary>Options of verbs that write packs.</summary>
internal static class WritingOptions
{
    private const int Mebibyte = 1024 * 1024;

    private static readonly Option<string> Compression = new("--compression")
    {
        Description = "auto (zstd level 3), fast (level 1), max (level 19) or off.",
        HelpName = "mode",
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("RESTIC_COMPRESSION") is { Length: > 0 } mode ? mode : "auto",
    };

    private static readonly Option<int> PackSize = new("--pack-size")
    {
        Description = "Length at which a pack is closed, in MiB, from 4 to 128.",
        HelpName = "size",
        DefaultValueFactory = _ => 16,
    };

    private static readonly Option<bool> ExtraVerify = new("--extra-verify")
    {
        Description = "Open each new piece again before it is stored, as restic does.",
    };

    static WritingOptions()
    {
        Compression.AcceptOnlyFromAmong("auto", "fast", "max", "off");
        PackSize.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 4 or > 128)
            {
                result.AddError("--pack-size is from 4 to 128.");
            }
        });
    }

    public static void AddTo(Command command)
    {
        command.Add(Compression);
        command.Add(PackSize);
        command.Add(ExtraVerify);
    }

    public static RepositoryOptions Read(ParseResult parsed) =>
        new()
        {
            CompressionLevel = parsed.GetValue(Compression) switch
            {
                "off" => 0,
                "fast" => 1,
                "max" => 19,
                _ => 3,
            },
            PackSize = parsed.GetValue(PackSize) * Mebibyte,
            VerifyWrites = parsed.GetValue(ExtraVerify),
        };
}
