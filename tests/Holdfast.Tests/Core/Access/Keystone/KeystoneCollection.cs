using Xunit;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>The tests that share a Keystone, one after another.</summary>
[CollectionDefinition]
public sealed class KeystoneCollection : ICollectionFixture<KeystoneFixture>;
