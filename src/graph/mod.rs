//! Who waits for whom across the pipelines of a policy, and whether they can come to wait for each other for good.
//!
//! [`Stages`] is what comes before what, and [`cycles`] what waits for itself by its own word. [`deadlocks`] builds the waiting net and looks for three things in turn: what waits in a circle whatever happens, by a fixpoint;
//! circles in the order in which locks are taken, whose absence is a proof; and, for each such circle, the run with the fewest locks
//! taken that gets stuck in it, by trying every order of what the circle depends on, up to [`STATES`] states. The first two take time linear in the
//! policy. What is decided is decided exactly.

mod build;
mod circle;
mod cycles;
mod deadlock;
mod explore;
mod held;
mod list;
mod marks;
mod net;
mod order;
mod parts;
mod reach;
mod rings;
mod runs;
mod shared;
mod shortest;
mod stages;

pub use cycles::{Arrow, Thing, cycles};
pub use deadlock::{Answer, Blocker, Deadlock, Happened, Undecided, Wait, deadlocks};
pub use explore::STATES;
pub use held::{Held, held};
pub use marks::{MARKS, Marks};
pub use net::{Guard, Run, What, Why};
pub use shared::{Shares, shares};
pub use stages::{At, Nearest, Stages};
