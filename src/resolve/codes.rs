//! The findings of this room.

use crate::code;
use crate::diag::Code;

code!(pub IMPORT_NOT_FOUND, Error, "import-not-found", "a `use` of a file that cannot be read");
code!(pub IMPORT_NOT_TEXT, Error, "import-not-text", "a file that is not UTF-8 text");
code!(pub IMPORT_OUTSIDE, Error, "import-outside", "a `use` that leaves the policy's folder");
code!(pub IMPORT_CYCLE, Error, "import-cycle", "files that use each other in a circle");
code!(pub IMPORT_LIMIT, Error, "import-limit", "more files, or larger ones, than are read");
code!(pub UNKNOWN_MODULE, Error, "unknown-module", "a `use` of a library module, or a name in one, that is not there");
code!(pub NAME_CLASH, Error, "name-clash", "one name for two things of a kind");
code!(pub UNKNOWN_NAME, Error, "unknown-name", "a name that nothing declares");
code!(pub MISSING_ROLES, Error, "missing-roles", "roles that the library asks for and the policy does not have");
code!(pub NO_POLICY, Error, "no-policy", "a policy that does not say `policy`, or says it twice");
code!(pub UNKNOWN_LANGUAGE, Error, "unknown-language", "a version of the language that this binary does not know");
code!(pub MISPLACED_ALLOW, Error, "misplaced-allow", "an attribute that is no `@allow(name, \"reason\")`");
code!(pub UNUSED_ALLOW, Warning, "unused-allow", "an `@allow` that accepts nothing");
code!(pub UNKNOWN_CODE, Error, "unknown-code", "an `@allow` of a finding that does not exist");

/// Every finding of this room.
pub static CODES: &[&Code] = &[
    &IMPORT_NOT_FOUND,
    &IMPORT_NOT_TEXT,
    &IMPORT_OUTSIDE,
    &IMPORT_CYCLE,
    &IMPORT_LIMIT,
    &UNKNOWN_MODULE,
    &NAME_CLASH,
    &UNKNOWN_NAME,
    &MISSING_ROLES,
    &NO_POLICY,
    &UNKNOWN_LANGUAGE,
    &MISPLACED_ALLOW,
    &UNUSED_ALLOW,
    &UNKNOWN_CODE,
];
