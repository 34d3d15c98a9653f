//! The findings of this room.

use crate::code;
use crate::diag::Code;

code!(pub UNKNOWN_DECLARATION, Error, "unknown-declaration", "a word that begins no declaration");
code!(pub UNKNOWN_FIELD, Error, "unknown-field", "a statement that its declaration does not have");
code!(pub DUPLICATE_FIELD, Error, "duplicate-field", "a field said twice that can be said once");
code!(pub MISSING_FIELD, Error, "missing-field", "a field that a declaration needs");
code!(pub WRONG_FORM, Error, "wrong-form", "a field whose value has another form than it takes");
code!(pub UNEXPECTED_BLOCK, Error, "unexpected-block", "braces behind something that takes none");
code!(pub UNEXPECTED_CLAUSE, Error, "unexpected-clause", "`when`, `where` or `because` where it says nothing");
code!(pub NO_MEANING_YET, Warning, "no-meaning-yet", "a target that this version reads and writes nothing for");

/// Every finding of this room.
pub static CODES: &[&Code] = &[
    &UNKNOWN_DECLARATION,
    &UNKNOWN_FIELD,
    &DUPLICATE_FIELD,
    &MISSING_FIELD,
    &WRONG_FORM,
    &UNEXPECTED_BLOCK,
    &UNEXPECTED_CLAUSE,
    &NO_MEANING_YET,
];
