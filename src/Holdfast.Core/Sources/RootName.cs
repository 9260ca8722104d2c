namespace Holdfast.Core.Sources;

/// <summary>
/// Names of roots, as operations, nodes and volumes have them: those of share roots as they are configured, those of volume
/// roots with <c>volume:</c> before, for both kinds may have a root <c>local</c>.
/// </summary>
public static class RootName
{
    public const string VolumePrefix = "volume:";

    public static string OfVolumes(string configured) => VolumePrefix + configured;

    public static bool IsOfVolumes(string name) => name.StartsWith(VolumePrefix, StringComparison.Ordinal);

    /// <summary>As it is configured.</summary>
    public static string Configured(string name) => IsOfVolumes(name) ? name[VolumePrefix.Length..] : name;

    /// <summary>For messages: <c>share root 'local'</c>.</summary>
    public static string Describe(string name) =>
        $"{(IsOfVolumes(name) ? "volume root" : "share root")} '{Configured(name)}'";
}
