//! What each declaration may hold: fields, patterns, defaults, docs. One table that the checker, completion, hover,
//! the reference and the JSON Schema read; the grammar knows none of it.

mod atom;
mod captures;
mod check;
mod codes;
mod compiled;
mod declaration;
mod declared;
mod family;
mod form;
mod pattern;
mod rules;
pub mod suggest;
#[cfg(test)]
mod tests;

pub use atom::{Atom, MONTHS, SORTS, Sort, WEEKDAYS};
pub use captures::{Captures, Mismatch};
pub use check::{Author, check};
pub use codes::{
    CODES, DUPLICATE_FIELD, MISSING_FIELD, NO_MEANING_YET, UNEXPECTED_BLOCK, UNEXPECTED_CLAUSE,
    UNKNOWN_DECLARATION, UNKNOWN_FIELD, WRONG_FORM,
};
pub use compiled::{Body, Kind, Schema, Shape, Slot, schema};
pub use declaration::{Arity, ClauseWord, Declaration, Field, declaration, field};
pub use declared::{Declared, Fields, Given, Name};
pub use family::DECLARATIONS;
pub use form::{Form, Part};
pub use pattern::Pattern;
