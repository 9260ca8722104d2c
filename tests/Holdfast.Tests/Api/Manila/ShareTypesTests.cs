using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Share types, to read; each reply says everything twice, once under Cinder's name.</summary>
public sealed class ShareTypesTests : ManilaTests
{
    private const string Common = "extra_specs id name required_extra_specs";

    [Theory]
    [InlineData("2.0", Common + " os-share-type-access:is_public")]
    [InlineData("2.7", Common + " share_type_access:is_public")]
    [InlineData("2.41", "description " + Common + " share_type_access:is_public")]
    [InlineData("2.46", "description extra_specs id is_default name required_extra_specs share_type_access:is_public")]
    public async Task A_type_has_its_keys_by_version(string version, string keys)
    {
        Answer list = await Host.SendAsync("GET", "/v2/types", version: version);
        Assert.Equal(["share_types", "volume_types"], Keys(list.Json));
        Assert.Equal(list.Json["share_types"]!.ToJsonString(), list.Json["volume_types"]!.ToJsonString());
        Assert.Equal(keys.Split(' ').Order(), Keys(Assert.Single(list.Json["share_types"]!.AsArray())));

        Answer one = await Host.SendAsync("GET", $"/v2/types/{Rows.Type().Id}", version: version);
        Assert.Equal(["share_type", "volume_type"], Keys(one.Json));
        Assert.Equal(one.Json["share_type"]!.ToJsonString(), one.Json["volume_type"]!.ToJsonString());
        Assert.Equal(keys.Split(' ').Order(), Keys(one.Json["share_type"]));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("11111111-1111-4111-8111-111111111111")]
    public async Task The_default_type_is_found_by_id_and_by_its_role(string id)
    {
        Answer answer = await Host.SendAsync("GET", $"/v2/types/{id}");

        Assert.Equal("default", Text(answer.Json["share_type"], "name"));
        Assert.True(answer.Json["share_type"]!["is_default"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Another_type_is_found_by_name_and_used_when_named()
    {
        ShareType gold = Rows.Type() with
        {
            Id = "22222222-2222-4222-8222-222222222222",
            Name = "gold",
            IsDefault = false,
        };
        await World.Catalog.WriteAsync(
            session => session.ShareTypes.TryAddAsync(gold, Rows.Start),
            CancellationToken.None
        );

        Assert.Equal(gold.Id, Text((await Host.SendAsync("GET", "/v2/types/gold")).Json["share_type"], "id"));
        Answer share = await Host.SendAsync(
            "POST",
            "/v2/shares",
            """{"share":{"share_proto":"NFS","size":1,"share_type":"gold"}}"""
        );
        Assert.Equal(gold.Id, Text(share.Json["share"], "share_type"));
    }

    [Fact]
    public async Task An_unknown_type_is_404() =>
        AssertFault(await Host.SendAsync("GET", "/v2/types/nope"), 404, StockNotFound);
}
