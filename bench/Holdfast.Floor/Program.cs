// The floor that the API's cost is measured against: Kestrel, and nothing else, answering every path of the address
// args[0] with the bytes of the file of that name in the directory args[1].
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

Dictionary<string, byte[]> replies = Directory
    .GetFiles(args[1])
    .ToDictionary(file => $"/{Path.GetFileName(file)}", File.ReadAllBytes);
WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().UseUrls(args[0]);
WebApplication app = builder.Build();
app.Run(async context =>
{
    byte[] reply = replies[context.Request.Path];
    context.Response.ContentType = "application/json";
    context.Response.ContentLength = reply.Length;
    await context.Response.Body.WriteAsync(reply);
});
await app.RunAsync();
