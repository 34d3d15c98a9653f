//! The thread that reads policies. Of several wishes for one policy only the newest is carried out.

use super::Snapshot;
use super::snapshot::Agreed;
use crate::diag::Habit;
use crate::ide::Analysis;
use crate::world::{Overlay, World};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A wish for a new reading.
pub(super) struct Wish {
    /// The policy's first file.
    pub policy: String,
    /// The texts of the open documents, by path.
    pub texts: BTreeMap<String, Arc<str>>,
    /// Their addresses and versions.
    pub documents: BTreeMap<String, (String, i32)>,
    /// Which state of all documents that is.
    pub generation: u64,
    /// The last reading, if there was one.
    pub before: Option<Arc<Snapshot>>,
}

/// What came of a wish.
pub(super) struct Reading {
    /// The policy's first file.
    pub policy: String,
    /// Which state of all documents was read.
    pub generation: u64,
    /// The reading; none where the first file cannot be read, or the program is at fault.
    pub snapshot: Option<Arc<Snapshot>>,
}

/// Starts the thread. It ends when the sender of wishes is gone.
pub(super) fn start(
    world: Arc<dyn World + Send + Sync>,
    habit: Habit,
    agreed: Agreed,
) -> (Sender<Wish>, Receiver<Reading>, JoinHandle<()>) {
    let (wish, wishes) = unbounded();
    let (read, readings) = unbounded();
    let thread = thread::spawn(move || {
        let mut waiting: BTreeMap<String, Wish> = BTreeMap::new();
        loop {
            if waiting.is_empty() {
                let Ok(first) = wishes.recv() else { return };
                keep(&mut waiting, first);
            }
            wishes.try_iter().for_each(|wish| keep(&mut waiting, wish));
            // The policy whose documents changed last is the one that somebody looks at.
            let newest = waiting.values().max_by_key(|wish| wish.generation).map(|wish| wish.policy.clone());
            let Some(wish) = newest.and_then(|policy| waiting.remove(&policy)) else { continue };
            if read.send(carry_out(&*world, habit, &agreed, wish)).is_err() {
                return;
            }
        }
    });
    (wish, readings, thread)
}

fn keep(waiting: &mut BTreeMap<String, Wish>, wish: Wish) {
    waiting.insert(wish.policy.clone(), wish);
}

fn carry_out(world: &dyn World, habit: Habit, agreed: &Agreed, wish: Wish) -> Reading {
    let Wish { policy, texts, documents, generation, before } = wish;
    let read = || {
        let overlay = Overlay::new(world, texts);
        let before = before.as_deref().map(|snapshot| &snapshot.analysis);
        let analysis = Analysis::of(&overlay, &policy, habit, before).ok()?;
        Some(Arc::new(Snapshot::new(analysis, documents, generation, agreed)))
    };
    let snapshot = catch_unwind(AssertUnwindSafe(read)).unwrap_or(None);
    Reading { policy, generation, snapshot }
}
