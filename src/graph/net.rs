//! The waiting net of a policy, without time: what happens in its pipelines, each once, and what each of it waits for.

use super::list::List;
use crate::policy::{Component, Id, Lock, Origin, Pipeline, Stage};

/// One run of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    /// The pipeline.
    pub pipeline: Id<Pipeline>,
    /// Which of its runs, from 0.
    pub number: u32,
}

/// Something that happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A run begins.
    Begins(Run),
    /// A stage takes a lock and waits for the next.
    Takes(Run, Id<Stage>),
    /// A stage starts, with its last lock where it takes any.
    Starts(Run, Id<Stage>),
    /// A stage finishes.
    Finishes(Run, Id<Stage>),
    /// Every stage of a run is finished.
    Ends(Run),
    /// A component is ready.
    Ready(Id<Component>),
}

impl What {
    /// The run it is part of; a component belongs to none.
    pub fn run(self) -> Option<Run> {
        match self {
            Self::Begins(run)
            | Self::Takes(run, _)
            | Self::Starts(run, _)
            | Self::Finishes(run, _)
            | Self::Ends(run) => Some(run),
            Self::Ready(_) => None,
        }
    }
}

/// Why something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It comes later in the same stage.
    Own,
    /// `after`
    After(Origin),
    /// `needs` of a stage
    Needs(Id<Component>, Origin),
    /// A stage finishes once what it starts is ready.
    Brings(Id<Component>, Origin),
    /// A stage finishes once what it calls is finished.
    Calls(Id<Pipeline>, Origin),
    /// A pipeline that is called runs only when it is.
    Called,
    /// A component is ready only when a stage has started it.
    Started,
    /// `needs` of a component
    Below(Id<Component>, Origin),
    /// No stage starts before the first has taken the pipeline's own locks.
    First,
    /// A run ends with all its stages.
    All,
}

/// What is held by one run at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// A lock of the policy.
    Lock(Id<Lock>),
    /// A component that pipelines of several services change: one of them at a time.
    Shared(Id<Component>),
}

/// Something that happens, with what it waits for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub what: What,
    /// The hold that begins with it.
    pub hold: Option<u32>,
    /// Its rows of [`Net::needs`].
    pub needs: (u32, u32),
}

/// Any of these must have happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// Its rows of [`Net::providers`].
    pub of: (u32, u32),
    pub why: Why,
}

/// A lock is held from one event to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    /// A row of [`Net::guards`].
    pub guard: u32,
    pub take: u32,
    pub release: u32,
    pub origin: Origin,
}

/// Events, what they wait for, and what they hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Net {
    pub events: List<Event>,
    pub needs: List<Need>,
    pub providers: List<u32>,
    pub holds: List<Hold>,
    pub guards: List<Guard>,
}

impl Net {
    /// What an event waits for besides its lock.
    pub(super) fn needs_of(&self, event: u32) -> &[Need] {
        self.needs.slice(self.events[event].needs)
    }

    /// Whatever meets a need.
    pub(super) fn providers_of(&self, need: &Need) -> &[u32] {
        self.providers.slice(need.of)
    }

    /// Every event that an event may wait for, whatever meets the need.
    pub(super) fn before(&self, event: u32) -> impl Iterator<Item = u32> + '_ {
        self.needs_of(event).iter().flat_map(|need| self.providers_of(need)).copied()
    }

    /// What has surely happened when an event has.
    pub(super) fn sure(&self, event: u32) -> impl Iterator<Item = u32> + '_ {
        self.needs_of(event).iter().filter_map(|need| match self.providers_of(need) {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// The lock that an event takes.
    pub(super) fn guard_of(&self, event: u32) -> Option<u32> {
        self.events[event].hold.map(|hold| self.holds[hold].guard)
    }
}
