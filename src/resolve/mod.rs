//! Imports, names and the library: which files make a policy, and what is declared in them.

mod allow;
mod codes;
mod files;
mod library;
mod names;
mod path;
mod uses;

pub use allow::{Allow, accept, allows};
pub use codes::{
    CODES, IMPORT_CYCLE, IMPORT_LIMIT, IMPORT_NOT_FOUND, IMPORT_NOT_TEXT, IMPORT_OUTSIDE, MISPLACED_ALLOW,
    MISSING_ROLES, NAME_CLASH, NO_POLICY, UNKNOWN_CODE, UNKNOWN_LANGUAGE, UNKNOWN_MODULE, UNKNOWN_NAME,
    UNUSED_ALLOW,
};
pub use files::{DEEPEST_CHAIN, Earlier, MOST_BYTES, MOST_FILES, Module, Unreadable, read, root};
pub use library::{LIBRARY, LibraryModule};
pub use names::{Known, Names};
pub use path::is_inside;
pub use uses::{used, uses};
