"""Every error a caller can see, each with its HTTP status and stable code.

    GatewayError
    ├── InvalidJson           400  not JSON, or JSON that no two parsers read alike
    ├── InvalidRequest        400  broken HTTP: host, encoding, length
    ├── Unauthenticated       401
    ├── Forbidden             403
    ├── NotFound              404
    │   └── ModelNotFound     404  no upstream serves the model
    ├── MethodNotAllowed      405
    ├── SlowClient            408  the body did not arrive in time
    ├── Conflict              409  what is asked contradicts what is there
    ├── PreconditionFailed    412  it is another version than the caller believes
    ├── PayloadTooLarge       413
    ├── UnsupportedMediaType  415
    ├── InvalidField          422  the field, the value's fault, what is allowed
    ├── PreconditionRequired  428  the caller must say which version it means
    ├── RateLimited           429
    ├── InternalError         500  a fault of ours; carries nothing but the request id
    ├── NotAvailable          503  no such guard here, or none of its instances answers
    │   ├── GuardFailed       503  the guard raised: its verdict is missing, not good
    │   └── Overloaded        503  the admission queue is full
    └── DeadlineExceeded      504

A message names what was wrong and what would be right. It never holds payload text, a key
or personal data: values are described ("a string of 3,000 characters"), not quoted.
"""

from __future__ import annotations

from typing import ClassVar


class GatewayError(Exception):
    """An error with an HTTP status; `message` is shown to the caller as it is."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self, message: str, *, field: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.retry_after_s = retry_after_s


class InvalidJson(GatewayError):
    """The body is not JSON, or holds duplicate keys, NaN or nesting past the limit."""

    status = 400
    code = "invalid_json"


class InvalidRequest(GatewayError):
    """The HTTP request itself is broken: its host, a header, its length."""

    status = 400
    code = "invalid_request"


class Unauthenticated(GatewayError):
    """No credential, or one that is not known."""

    status = 401
    code = "unauthenticated"


class Forbidden(GatewayError):
    """A known caller without the right to this."""

    status = 403
    code = "forbidden"


class NotFound(GatewayError):
    """No such path or thing."""

    status = 404
    code = "not_found"


class ModelNotFound(NotFound):
    """No upstream serves the model that was asked for."""

    code = "model_not_found"


class MethodNotAllowed(GatewayError):
    """The path exists; the method does not."""

    status = 405
    code = "method_not_allowed"


class SlowClient(GatewayError):
    """The client sent its body too slowly."""

    status = 408
    code = "request_timeout"


class Conflict(GatewayError):
    """What is asked contradicts what is there, or what was asked under the same key."""

    status = 409
    code = "conflict"


class PreconditionFailed(GatewayError):
    """What is to be changed is at another version than If-Match names."""

    status = 412
    code = "precondition_failed"


class PreconditionRequired(GatewayError):
    """A change needs If-Match (RFC 6585, section 3): else it may undo somebody else's."""

    status = 428
    code = "precondition_required"


class PayloadTooLarge(GatewayError):
    """The body, a line of a batch or the text is past its limit."""

    status = 413
    code = "too_large"


class UnsupportedMediaType(GatewayError):
    """A content type or content encoding that is not read here."""

    status = 415
    code = "unsupported_media_type"


class InvalidField(GatewayError):
    """A field is missing, unknown, of the wrong type or out of range."""

    status = 422
    code = "invalid_field"


class RateLimited(GatewayError):
    """The caller's limit is used up."""

    status = 429
    code = "rate_limited"


class InternalError(GatewayError):
    """A fault of ours."""

    status = 500
    code = "internal_error"


class NotAvailable(GatewayError):
    """The guard is not registered here, or none of its instances answers."""

    status = 503
    code = "not_available"


class GuardFailed(NotAvailable):
    """The guard raised: there is no verdict."""

    code = "guard_failed"


class Overloaded(NotAvailable):
    """More work is waiting than may wait."""

    code = "overloaded"


class DeadlineExceeded(GatewayError):
    """The caller's deadline passed."""

    status = 504
    code = "deadline_exceeded"
