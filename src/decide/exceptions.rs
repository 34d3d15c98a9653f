//! Exceptions: which reach a cell, whether they count now, and what those that could count still lack.

use super::question::Question;
use super::scope::Scope;
use super::truth::Truth;
use super::{Need, Verdict};
use crate::calendar::Instant;
use crate::policy::{Component, Environment, Exception, Id, Region, Reuse, Tier, Window};

/// The exceptions of one region and tier at one instant.
#[derive(Clone, Copy)]
pub(super) struct Exceptions<'q, 'a> {
    pub question: &'q Question<'a>,
    pub at: Instant,
    pub tier: Option<Id<Tier>>,
    pub region: Option<Id<Region>>,
}

/// Whether an exception was used up before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Usable {
    Yes,
    No,
    /// It may be used once, and nobody looked whether it was.
    Unknown,
}

impl<'q, 'a> Exceptions<'q, 'a> {
    /// Whether exceptions lift a window for a component, in every environment that is asked and that the window has; and
    /// the first that does so anywhere.
    pub fn everywhere(
        &self,
        id: Id<Window>,
        window: &Window,
        component: Option<Id<Component>>,
    ) -> (Truth, Option<Id<Exception>>) {
        let environments = self.question.scope.environments.iter().copied().filter(|environment| {
            Scope::covers(window.environments.as_deref(), std::slice::from_ref(environment))
        });
        let mut first = None;
        let truths: Vec<Truth> = environments
            .map(|environment| {
                let (truth, by) = self.in_environment(id, component, environment);
                first = first.or(by);
                truth
            })
            .collect();
        let truth = if truths.is_empty() { Truth::FALSE } else { Truth::all(truths) };
        (truth, first)
    }

    /// The same in one environment.
    pub fn in_environment(
        &self,
        id: Id<Window>,
        component: Option<Id<Component>>,
        environment: Option<Id<Environment>>,
    ) -> (Truth, Option<Id<Exception>>) {
        let mut first = None;
        let truths: Vec<Truth> = self
            .reaching(&[id], &[component], &[environment])
            .map(|(id, exception)| {
                let truth = self.truth(exception);
                if truth.verdict == Verdict::Allow {
                    first = first.or(Some(id));
                }
                truth
            })
            .collect();
        (Truth::any(truths), first)
    }

    /// What the exceptions that reach any of these windows and components lack: none where the policy has none that could
    /// still count now.
    pub fn needs(
        &self,
        windows: &[Id<Window>],
        components: &[Option<Id<Component>>],
        name: &str,
    ) -> Vec<Need> {
        let mut needs = Vec::new();
        let mut waiting = Vec::new();
        let people = &self.question.asker.people;
        let open =
            self.reaching(windows, components, &self.question.scope.environments).filter(|(_, exception)| {
                self.is_in_time(exception) && self.truth(exception).verdict != Verdict::Allow
            });
        for (_, exception) in open {
            match self.usable(exception) {
                Usable::No => continue,
                Usable::Unknown => needs.push(Need::Log { exception: exception.name.clone() }),
                Usable::Yes => {}
            }
            let Some(seats) = &exception.approve else { continue };
            let objectors = people.objectors(seats, self.region, self.at);
            let (_, open) = people.seats(seats, None, self.region, self.at);
            let holds = people.truth(seats, None, self.region, self.at).verdict == Verdict::Allow;
            let rotas = if holds { Vec::new() } else { people.rotas_wanted(seats, self.at) };
            if !objectors.is_empty() || !open.is_empty() || !rotas.is_empty() {
                waiting.push(exception.name.clone());
            }
            needs.extend(objectors.into_iter().map(|person| Need::Withdrawal { person: person.to_owned() }));
            if !open.is_empty() {
                needs.push(Need::Approvals { name: None, seats: open });
            }
            needs.extend(rotas);
        }
        if !waiting.is_empty() || needs.is_empty() {
            needs.insert(0, Need::Exception { window: name.to_owned(), waiting });
        }
        needs
    }

    /// Exceptions of the tier that lift one of the windows somewhere among these cells, whether or not they count.
    fn reaching(
        &self,
        windows: &[Id<Window>],
        components: &[Option<Id<Component>>],
        environments: &[Option<Id<Environment>>],
    ) -> impl Iterator<Item = (Id<Exception>, &'a Exception)> {
        self.question.policy.exceptions.iter().filter(move |(_, exception)| {
            Some(exception.tier) == self.tier
                && exception.lifts.iter().any(|lifted| windows.contains(lifted))
                && Scope::covers(exception.regions.as_deref(), &[self.region])
                && Scope::covers(exception.components.as_deref(), components)
                && Scope::covers(exception.environments.as_deref(), environments)
        })
    }

    fn is_in_time(&self, exception: &Exception) -> bool {
        exception.starts.is_none_or(|starts| starts <= self.at) && self.at < exception.expires
    }

    /// Whether an exception that reaches the cell counts now.
    fn truth(&self, exception: &Exception) -> Truth {
        if let Some(starts) = exception.starts.filter(|&starts| self.at < starts) {
            return Truth::until(Verdict::Block, starts);
        }
        let usable = match self.usable(exception) {
            Usable::Yes => Truth::TRUE,
            Usable::No => return Truth::FALSE,
            Usable::Unknown => Truth::until(Verdict::Pending, Instant::MAX),
        };
        if self.at >= exception.expires {
            return Truth::FALSE;
        }
        let approved = match &exception.approve {
            None => Truth::TRUE,
            Some(seats) => self.question.asker.people.truth(seats, None, self.region, self.at),
        };
        let truth = Truth::all([usable, approved]);
        Truth {
            allow_until: truth.allow_until.min(exception.expires),
            block_until: truth.block_until.min(exception.expires),
            ..truth
        }
    }

    fn usable(&self, exception: &Exception) -> Usable {
        let change = self.question.change.id.as_deref();
        let by_another = |by: Option<&str>| by.is_none() || by != change;
        let is_usable = match &exception.reuse {
            Reuse::Any => true,
            Reuse::ForChange(id) => change == Some(id),
            Reuse::Once => match &self.question.context.exceptions_used {
                None => return Usable::Unknown,
                Some(used) => !used
                    .iter()
                    .any(|used| used.exception == exception.name && by_another(used.change.as_deref())),
            },
        };
        if is_usable { Usable::Yes } else { Usable::No }
    }
}
