//! What stands in the way of an answer, in the protocol's numbers.

use lsp_server::{ErrorCode, RequestId, Response, ResponseError};
use serde_json::Value;

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: i32,
    message: String,
}

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code: code as i32, message: message.into() }
    }

    /// Its parameters make no sense.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParams, message)
    }

    /// What was asked for cannot be done here: said to the person.
    pub fn impossible(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::RequestFailed, message)
    }

    /// It is none that there is at this point.
    pub(super) fn untimely(message: &str) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// There is no such request.
    pub(super) fn unknown(method: &str) -> Self {
        Self::new(ErrorCode::MethodNotFound, format!("there is no request `{method}`"))
    }

    /// The client took it back.
    pub(super) fn cancelled() -> Self {
        Self::new(ErrorCode::RequestCanceled, "cancelled by the client")
    }

    /// The document changed before the answer was made, so that its places would be wrong.
    pub(super) fn overtaken() -> Self {
        Self::new(ErrorCode::ContentModified, "the document changed since")
    }

    /// The program is at fault.
    pub(super) fn broken(method: &str) -> Self {
        let message = format!("`{method}` went wrong: this is a mistake in opsc, not in your policy");
        Self::new(ErrorCode::InternalError, message)
    }
}

/// The message that answers a request.
pub(super) fn response(id: RequestId, answer: Result<Value, Refusal>) -> Response {
    let refused =
        |refusal: Refusal| ResponseError { code: refusal.code, message: refusal.message, data: None };
    Response { id, response_result: answer.map_err(refused) }
}
