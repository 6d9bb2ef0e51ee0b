"""Every expected failure.

StackLeadError
|-- InvalidRequest        400  a parameter is missing or wrong; `param` names it
|-- Unauthorized          401  no key, an unknown or revoked one, or one of the wrong kind
|-- Forbidden             403  the key is right, but this origin may not use it
|-- NotFound              404  no such thing, or not this account's
|-- MethodNotAllowed      405
|-- PayloadTooLarge       413
|-- UnsupportedMediaType  415
|-- UnprocessableRequest  422  an Idempotency-Key used again with other parameters
|-- TooManyRequests       429  `retry_after_s` says when to come back
|-- TooBusy               503  more connections than this process takes
|-- StorageFault          500  the database refused a statement of ours, which is a fault of ours
|   `-- StorageUnavailable 503 the row could not be committed; never answered after a commit
|-- AddressRefused        400  an outward address that the guard does not let through
|-- OutboundError         -    an outward call that failed (time, size, connection)
|-- DeliveryError         -    one delivery attempt failed; `permanent` ends the retries
`-- SourceError           -    a source could not answer; costs its own fields only
"""


class StackLeadError(Exception):
    """An expected failure.

    Args:
        message: one sentence for people that says what is wrong and what would be right.
        param: the request parameter that it is about, if any.

    `status` is the HTTP status, `code` a stable snake_case name for programs.
    """

    status = 500
    code = "internal"

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class InvalidRequest(StackLeadError):
    """A parameter is missing or wrong."""

    status = 400
    code = "invalid_request"

    def __init__(self, message: str, *, param: str | None = None, code: str = "invalid_request") -> None:
        super().__init__(message, param=param)
        self.code = code


class Unauthorized(StackLeadError):
    """No key, an unknown one, or one of the wrong kind."""

    status = 401
    code = "unauthorized"


class Forbidden(StackLeadError):
    """The key is right, but may not be used from here."""

    status = 403
    code = "forbidden"


class NotFound(StackLeadError):
    """No such thing, or not this account's."""

    status = 404
    code = "not_found"


class MethodNotAllowed(StackLeadError):
    """The route exists, the method does not."""

    status = 405
    code = "method_not_allowed"


class PayloadTooLarge(StackLeadError):
    """The body is larger than what is accepted."""

    status = 413
    code = "payload_too_large"


class UnsupportedMediaType(StackLeadError):
    """The body's media type or encoding is not one that is read here."""

    status = 415
    code = "unsupported_media_type"


class UnprocessableRequest(StackLeadError):
    """The same Idempotency-Key came again with other parameters."""

    status = 422
    code = "idempotency_key_reused"


class TooManyRequests(StackLeadError):
    """A limit was reached; come back after `retry_after_s` seconds."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooBusy(StackLeadError):
    """As many connections are open as a web process takes; come back after `retry_after_s` seconds."""

    status = 503
    code = "too_busy"

    def __init__(self, *, retry_after_s: int = 1) -> None:
        super().__init__("Too many connections are open; try again in a second.")
        self.retry_after_s = retry_after_s


class StorageFault(StackLeadError):
    """The database refused a statement of ours; nothing of its transaction was stored."""

    @property
    def reason(self) -> str:
        """What the log may say of it: the kind of what the driver raised, never its words, which hold values."""
        return type(self.__cause__ or self).__name__


class StorageUnavailable(StorageFault):
    """The row could not be committed; nothing was stored, come back after `retry_after_s` seconds."""

    status = 503
    code = "storage_unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AddressRefused(StackLeadError):
    """The address guard does not let this URL through (DESIGN.md 7)."""

    status = 400
    code = "address_refused"


class OutboundError(StackLeadError):
    """An outward call failed: no connection, too slow, too large."""

    code = "outbound_failed"


class DeliveryError(StackLeadError):
    """One delivery attempt failed.

    Args:
        message: the other side's words, or ours about the connection; shown to the owner.
        permanent: True ends the retries.
        status_code: the HTTP or SMTP status of the other side, if it gave one.
        answer: what the other side said, at most 4 KiB.
        retry_after_s: when the other side asked to be called again.
    """

    code = "delivery_failed"

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        status_code: int | None = None,
        answer: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status_code = status_code
        self.answer = answer
        self.retry_after_s = retry_after_s


class SourceError(StackLeadError):
    """A source could not answer; costs its own fields only.

    `reason` is a stable snake_case word that `evidence` shows: `timeout`, `rate_limited`, `unavailable`, `refused`.
    """

    code = "source_failed"

    def __init__(self, message: str, *, reason: str = "unavailable") -> None:
        super().__init__(message)
        self.reason = reason
