//! What a feature is to the server: the request it answers, what it offers, and how it is answered.

use super::{Refusal, View};
use gen_lsp_types::{Request, ServerCapabilities};
use serde_json::Value;

/// A request that the server answers from a [`View`].
pub trait Feature {
    /// The request, with its parameters and result.
    type Request: Request;

    /// Says that the server has it.
    fn offer(capabilities: &mut ServerCapabilities);

    /// Answers it. It may run on any thread, at the same time as others, and must not wait for anything.
    ///
    /// # Errors
    /// Why there is no answer; an empty one is none.
    fn answer(
        view: &View,
        parameters: <Self::Request as Request>::Params,
    ) -> Result<<Self::Request as Request>::Result, Refusal>;
}

/// A row of [`super::FEATURES`].
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The name of the request.
    pub method: &'static str,
    /// Says that the server has it.
    pub offer: fn(&mut ServerCapabilities),
    /// Answers it, from and to JSON.
    pub answer: fn(&View, Value) -> Result<Value, Refusal>,
}

/// The row of a feature.
pub const fn row_of<F: Feature>() -> Row {
    Row {
        method: <F::Request as Request>::METHOD.as_str(),
        offer: F::offer,
        answer: |view, parameters| {
            let parameters =
                serde_json::from_value(parameters).map_err(|error| Refusal::malformed(error.to_string()))?;
            let answer = F::answer(view, parameters)?;
            serde_json::to_value(answer).map_err(|error| Refusal::impossible(error.to_string()))
        },
    }
}
