using System.Net;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Disasters;

/// <summary>A running service whose disk fails beneath the embedded catalog: strace lets the syncs of its log fail.</summary>
public sealed class CatalogDiskTests
{
    [Fact]
    public async Task WhatCannotBeSyncedIsNotAcknowledged()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "unsynced");
        Share share = await tenant.CreateShareAsync();
        RawFiles.Write(Path.Combine(share.Directory, "file"), "content");
        string kept = await tenant.BackUpAsync(share);

        await using (ChildProcess fault = FailSyncs(server))
        {
            await Eventually.HoldsAsync("strace to have it", () => Task.FromResult(fault.Log.Contains("attached")));
            var backup = new { share_backup = new { share_id = share.Id } };
            Reply refused = await tenant.Session.PostAsync("/v2/share-backups", backup);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal([kept], (await tenant.BackupStatesAsync()).Keys);
            fault.Terminate();
            await fault.WaitForExitAsync();
        }
        Assert.Contains("disk I/O error", server.Log, StringComparison.Ordinal);

        string next = await tenant.BackUpAsync(share);
        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.Equal(new[] { kept, next }.Order(), (await tenant.BackupStatesAsync()).Keys.Order());
    }

    private static ChildProcess FailSyncs(HoldfastServer server) =>
        ChildProcess.Start(
            "strace",
            [
                .. (string[])["-f", "-p", $"{server.ProcessId}", "-o", server.Scratch["trace"]],
                .. (string[])["-P", Path.Combine(server.DataDirectory, "catalog", "catalog.db-wal")],
                .. (string[])["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"],
            ]
        );
}
