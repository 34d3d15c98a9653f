//! Declarations that are read and whose names are known, and from which nothing follows yet.

use crate::schema::declaration::{Declaration, declaration};

macro_rules! later {
    ($($constant:ident $keyword:literal $head:literal $doc:literal;)*) => {
        $(pub static $constant: Declaration = declaration($keyword, $head, $doc).later();)*
    };
}

later! {
    SEVERITY "severity" "new anything?" "How bad an incident is.";
    STATUS "status" "new anything?" "A state of the status page.";
    COMMS "comms" "new anything?" "Who is told what, and when.";
    AUDIENCE "audience" "new anything?" "Whom an update is for.";
    TEMPLATE "template" "new" "The text of an update.";
    INCIDENT "incident" "new anything?" "What opens an incident, and what it asks for.";
    PROPERTY "property" "title" "Something shown of rollouts by simulation.";
    PROVE "prove" "title" "Something proved of the policy over its horizon.";
}
