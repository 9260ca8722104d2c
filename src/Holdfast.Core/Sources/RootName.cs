namespace Holdfast.Core.Sources;

/// <summary>
/// Names of roots, as operations, nodes and volumes have them: those of share roots as they are configured, those of volume
/// roots with <c>volume:</c> before, for both kinds may have a root <c>local</c>, and <c>@node</c> behind when its devices are a node's own.
/// </summary>
public static class RootName
{
    public const string VolumePrefix = "volume:";

    public static string OfVolumes(string configured) => VolumePrefix + configured;

    /// <summary>Of a directory of devices: they are the node's own, and so is the root.</summary>
    public static string OfDevices(string configured, string node) => $"{VolumePrefix}{configured}@{node}";

    public static bool IsOfVolumes(string name) => name.StartsWith(VolumePrefix, StringComparison.Ordinal);

    /// <summary>As it is configured, but for the node.</summary>
    public static string Configured(string name) => IsOfVolumes(name) ? name[VolumePrefix.Length..] : name;

    /// <summary>For messages: <c>share root 'local'</c>.</summary>
    public static string Describe(string name) =>
        $"{(IsOfVolumes(name) ? "volume root" : "share root")} '{Configured(name)}'";
}
