//! Who looks at a change before it goes on, as code hosts know people, paths and environments: what their files and settings must
//! say at least.
//!
//! A host knows neither tiers nor evidence nor time: what is lost on the way is said by `fidelity`.

mod asked;
mod owners;
mod pattern;
mod places;
mod reviewer;

pub use asked::{asked, merge_seats, roles};
pub use owners::{Because, Line, lines};
pub use pattern::patterns;
pub use places::{MOST_REVIEWERS, Place, approval_prefix, places};
pub use reviewer::{Hosting, Reviewer};
