using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;

namespace Holdfast.Objects.S3;

/// <summary>The one place where a failed request becomes an <see cref="ObjectError"/>.</summary>
internal static class S3Errors
{
    internal static ObjectError NoBucket(S3Options options, Exception? inner = null) =>
        new(
            ObjectErrorKind.Failed,
            temporary: false,
            $"There is no bucket '{options.Bucket}' at {options.Endpoint}: make it, or correct the store's address.",
            inner
        );

    internal static ObjectError EndlessListing(S3Options options) =>
        new(
            ObjectErrorKind.Unsupported,
            temporary: false,
            $"The store at {options.Endpoint} cannot be used: it says that a listing goes on, and not where."
        );

    /// <param name="what">What was tried on which object: <c>read 'bucket/key'</c>.</param>
    internal static ObjectError From(Exception error, SilenceWatch watch, string what, S3Options options)
    {
        string tried = $"Cannot {what} at {options.Endpoint}";
        return error switch
        {
            OperationCanceledException => Unavailable(
                watch.HasEnded
                    ? $"{tried}: the store was silent for {watch.Limit.TotalSeconds:0.#} s."
                    : $"{tried}: no connection within {options.Connect.TotalSeconds:0.#} s.",
                error
            ),
            // First, for it is thrown for a body that breaks off, with the reason inside.
            AmazonUnmarshallingException => Unavailable($"{tried}: the answer makes no sense, or broke off.", error),
            AmazonServiceException { StatusCode: > default(HttpStatusCode) } answer => FromAnswer(
                answer,
                tried,
                options
            ),
            _ => error.GetBaseException() is AuthenticationException certificate
                ? new ObjectError(
                    ObjectErrorKind.Denied,
                    temporary: false,
                    $"{tried}: {certificate.Message} Check the endpoint's name and that this machine trusts its certificate.",
                    error
                )
                : Unavailable($"{tried}: {error.GetBaseException().Message}", error),
        };
    }

    internal static bool IsMissing(Exception error) =>
        error is AmazonServiceException { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <returns>What the store answered; null when it did not.</returns>
    internal static HttpStatusCode? StatusOf(ObjectError error) =>
        (error.InnerException as AmazonServiceException)?.StatusCode;

    private static ObjectError FromAnswer(AmazonServiceException answer, string tried, S3Options options)
    {
        int status = (int)answer.StatusCode;
        string said = $"{tried}: {status} {answer.ErrorCode}";
        said = string.IsNullOrWhiteSpace(answer.Message) ? $"{said}." : $"{said}: {answer.Message.Trim()}";
        return (status, answer.ErrorCode) switch
        {
            (_, "NoSuchBucket") => NoBucket(options, answer),
            (_, "QuotaExceeded" or "XMinioStorageFull" or "XMinioAdminBucketQuotaExceeded") or (507, _) => new(
                ObjectErrorKind.Full,
                temporary: true,
                said,
                answer
            ),
            // A payload that arrived otherwise than it left, a request that came too slowly, and a create while another is
            // under way: the same again may go well. What takes the store long may fail after it has answered 200.
            (
                _,
                "RequestTimeout"
                    or "BadDigest"
                    or "XAmzContentSHA256Mismatch"
                    or "IncompleteBody"
                    or "InternalError"
                    or "SlowDown"
                    or "ServiceUnavailable"
            ) => Unavailable(said, answer),
            (408 or 409 or 429 or >= 500 and not 501 and not 505, _) => Unavailable(said, answer),
            // Another node's clock may be right, and this one's be set.
            (_, "RequestTimeTooSkewed") => new(
                ObjectErrorKind.Denied,
                temporary: true,
                $"{said} Set this machine's clock.",
                answer
            ),
            (_, "AuthorizationHeaderMalformed") or (301 or 302 or 307 or 308, _) => Denied(
                $"{said} Is '{options.Region}' the bucket's region, and this its endpoint?",
                answer
            ),
            (401 or 403, _) => Denied(
                $"{said} Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may list the bucket "
                    + "and read, write and delete its objects.",
                answer
            ),
            (404, _) => new(ObjectErrorKind.NotFound, temporary: false, said, answer),
            (416, _) => new(ObjectErrorKind.Damaged, temporary: false, $"{said} The object is too short.", answer),
            (405 or 501, _) => new(ObjectErrorKind.Unsupported, temporary: false, said, answer),
            _ => new(ObjectErrorKind.Failed, temporary: false, said, answer),
        };
    }

    private static ObjectError Unavailable(string message, Exception inner) =>
        new(ObjectErrorKind.Unavailable, temporary: true, message, inner);

    private static ObjectError Denied(string message, Exception inner) =>
        new(ObjectErrorKind.Denied, temporary: false, message, inner);
}
