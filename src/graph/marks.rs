//! Which of some stages come before each stage, or after it: one sweep over all stages answers it for 64 of them at once.

use super::list::List;
use super::stages::{At, Stages};

/// So many stages are marked in one sweep.
pub const MARKS: usize = u64::BITS as usize;

/// For each stage, which of the marked ones it can be reached from, or can reach: a bit each, in the order they were given.
#[derive(Debug)]
pub struct Marks(List<u64>);

impl Marks {
    /// The marks of a stage.
    pub fn of(&self, at: At) -> u64 {
        self.0[at]
    }
}

impl Stages<'_> {
    /// The marked stages that each stage comes after, or is; at most [`MARKS`] of them. What can never start has none.
    pub fn marks_before(&self, marked: &[At]) -> Marks {
        let mut marks = self.marked(marked);
        for at in self.in_order().iter().copied() {
            let reached = self.before(at).iter().fold(marks[at], |reached, before| reached | marks[*before]);
            marks[at] = reached;
        }
        Marks(marks)
    }

    /// The marked stages that each stage comes before, or is.
    pub fn marks_after(&self, marked: &[At]) -> Marks {
        let mut marks = self.marked(marked);
        for at in self.in_order().iter().rev().copied() {
            let reached = self.after(at).iter().fold(marks[at], |reached, after| reached | marks[*after]);
            marks[at] = reached;
        }
        Marks(marks)
    }

    fn marked(&self, marked: &[At]) -> List<u64> {
        let mut marks = List::of(0, self.all().end);
        for (bit, at) in marked.iter().copied().take(MARKS).enumerate() {
            if self.can_start(at) {
                marks[at] |= 1 << bit;
            }
        }
        marks
    }
}
