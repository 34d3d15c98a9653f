//! Declarations that are read and whose names are known, and from which nothing follows yet.

use crate::schema::declaration::{Declaration, declaration};

macro_rules! later {
    ($($constant:ident $keyword:literal $head:literal $doc:literal;)*) => {
        $(pub static $constant: Declaration = declaration($keyword, $head, $doc).later();)*
    };
}

later! {
    PROPERTY "property" "title" "Something shown of rollouts by simulation.";
}
