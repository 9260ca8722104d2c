using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Engine.Chunking;
using Holdfast.Tests.Engine.Compression;
using Holdfast.Tests.Engine.Crypto;
using Xunit;

namespace Holdfast.Tests.Engine;

/// <summary>
/// The kernels' own tests once more, each time in a process whose runtime, or libcrypto, takes the processor for an older
/// one.
/// </summary>
public sealed class KernelSwitchTests
{
    private const string OffVariable = "HOLDFAST_TEST_INSTRUCTIONS_OFF";

    private static readonly Type[] Kernels =
    [
        typeof(CutScanTests),
        typeof(ChunkerTests),
        typeof(Sha256Tests),
        typeof(SealerTests),
        typeof(ZstdTests),
    ];

    [Theory]
    [InlineData("avx512", "DOTNET_EnableAVX512=0")]
    [InlineData("gfni", "DOTNET_EnableGFNI=0")]
    [InlineData("avx512 avx2", "DOTNET_EnableAVX2=0")]
    [InlineData("avx512 avx2 gfni vectors", "DOTNET_EnableHWIntrinsic=0", "OPENSSL_ia32cap=0:0")]
    public async Task TheKernelsGiveTheSameWithout(string off, params string[] switches)
    {
        Dictionary<string, string?> environment = new() { [OffVariable] = off };
        foreach (string one in switches)
        {
            int sign = one.IndexOf('=', StringComparison.Ordinal);
            environment[one[..sign]] = one[(sign + 1)..];
        }
        IEnumerable<string> arguments = Kernels.SelectMany(kernel => new[] { "-class", kernel.FullName! });
        string self = Path.Combine(AppContext.BaseDirectory, typeof(KernelSwitchTests).Assembly.GetName().Name!);

        string method = $"{typeof(KernelSwitchTests).FullName}.{nameof(WhatIsSwitchedOffIsOff)}";
        ProcessResult look = await ChildProcess.RunAsync(self, ["-method", method], environment);
        ProcessResult tests = await ChildProcess.RunAsync(self, arguments, environment);

        look.Checked(method);
        tests.Checked(off);
        Assert.Contains("Total: 1,", look.Output, StringComparison.Ordinal);
        Assert.Matches("Total: [1-9]", tests.Output);
    }

    /// <summary>Names of switches change between releases of .NET, and an unknown one is ignored in silence.</summary>
    [Fact]
    public void WhatIsSwitchedOffIsOff()
    {
        foreach (string name in (Environment.GetEnvironmentVariable(OffVariable) ?? "").Split(' '))
        {
            bool isOn = name switch
            {
                "" => false,
                "avx512" => Avx512BW.IsSupported || Vector512.IsHardwareAccelerated,
                "avx2" => Avx2.IsSupported,
                "gfni" => Gfni.IsSupported || Gfni.V512.IsSupported,
                "vectors" => Vector128.IsHardwareAccelerated,
                _ => throw new InvalidOperationException(name),
            };
            Assert.False(isOn, name);
        }
    }
}
