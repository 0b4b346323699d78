//! What a test can have a server do wrong.

/// An action of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `PullEvents`, `BatchReceiveMessage`.
    Receive,
    /// `ConfirmEvents`, `BatchDeleteMessage`.
    Confirm,
}

/// A fault that a server injects once.
#[derive(Debug, Clone)]
pub enum QueueFault {
    /// It responds that the request is throttled.
    Throttle,
    /// It responds with an internal error.
    Internal,
    /// It responds with this status and a body that no vendor documents.
    Garbage(u16),
    /// It ignores the request, and never responds.
    Stall,
    /// It executes the request, and never responds.
    StallAfter,
    /// It executes the request, and closes the connection in the middle of the response.
    CutOff,
    /// All handles expire, and their messages are visible again.
    Expire,
    /// One handle expires, and its message is visible again.
    ExpireOne,
}

/// How a server responds to a poll of an empty queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// By an error: `ResourceNotFound`, `MessageNotExist`.
    Error,
    /// By `null`; Tencent Cloud's server only.
    Null,
    /// By an empty list.
    List,
}
