using System.Diagnostics;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Telemetry;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Telemetry;

public sealed class InstrumentsTests
{
    private const string RequestsName = "requests of " + nameof(InstrumentsTests);

    [Fact]
    public void The_span_of_an_operation_is_linked_to_that_of_its_request()
    {
        using ActivitySource requests = new(RequestsName);
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is Instruments.ActivityName or RequestsName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        ActivityContext asked;
        Operation operation;
        using (Activity request = requests.StartActivity()!)
        {
            asked = request.Context;
            operation = NewOperation.Of(OperationKind.CreateBackup, CoreFixture.Member, Rows.Start);
        }

        using Activity span = Instruments.Begin(operation)!;

        Assert.NotEqual(asked.TraceId, span.TraceId);
        ActivityLink link = Assert.Single(span.Links);
        Assert.Equal((asked.TraceId, asked.SpanId), (link.Context.TraceId, link.Context.SpanId));
    }

    [Fact]
    public void A_request_that_nobody_traces_leaves_no_trace_context()
    {
        using Activity request = new("untraced");
        request.Start();

        Assert.Null(NewOperation.Of(OperationKind.CreateBackup, CoreFixture.Member, Rows.Start).TraceParent);
    }
}
