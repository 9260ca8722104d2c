using System.CommandLine;
using Holdfast.Cli.Repo;
using Holdfast.Engine;
using Xunit;

namespace Holdfast.Tests.Cli;

public sealed class WritingOptionsTests
{
    [Fact]
    public void Without_options_all_is_as_the_engine_has_it()
    {
        RepositoryOptions defaults = new();
        RepositoryOptions options = Read();
        Assert.Equal(
            (defaults.CompressionLevel, defaults.PackSize, defaults.VerifyWrites),
            (options.CompressionLevel, options.PackSize, options.VerifyWrites)
        );
    }

    [Fact]
    public void Extra_verify_asks_the_engine_to_open_what_it_writes()
    {
        Assert.True(Read("--extra-verify").VerifyWrites);
    }

    private static RepositoryOptions Read(params string[] arguments)
    {
        var command = new Command("backup");
        WritingOptions.AddTo(command);
        return WritingOptions.Read(command.Parse(arguments));
    }
}
