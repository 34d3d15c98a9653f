//! Windows that differ in one thing: when they hold, for what, and of which kind.

use super::{About, Mutant, condition};
use crate::calendar::{Edge, Elapsed, Pattern, Timetable, Zone};
use crate::policy::{Action, Condition, FreezeKind, Id, Policy, Ruling, Window};

/// How far an edge is moved, with how people say it.
const SHIFTS: [(Elapsed, &str); 2] = [(Elapsed::seconds(1), "a second"), (Elapsed::seconds(3600), "an hour")];

pub(super) fn mutants(policy: &Policy, found: &mut Vec<Mutant>) {
    for (id, window) in policy.windows.iter() {
        let mut one = One { id, window, found };
        one.gone();
        one.of_other_kind(policy);
        if refuses(policy, window.kind) {
            one.at_other_times();
            one.elsewhere(policy);
            one.otherwise(policy);
        }
    }
}

/// Whether a kind stops anything: when one that does not holds makes no difference.
fn refuses(policy: &Policy, kind: Id<FreezeKind>) -> bool {
    let admits = |ruling: &Ruling| matches!(ruling, Ruling::Admit { when } if when.is_true());
    !policy.kinds[kind].rulings.iter().all(|(ruling, _)| admits(ruling))
}

struct One<'a> {
    id: Id<Window>,
    window: &'a Window,
    found: &'a mut Vec<Mutant>,
}

impl One<'_> {
    fn push(&mut self, how: &str, edit: impl Fn(&mut Window) + Send + Sync + 'static) {
        let id = self.id;
        self.found.push(Mutant {
            what: format!("window `{}` {how}", self.window.name),
            origin: self.window.origin,
            about: About::Window(id),
            edit: Box::new(move |policy| {
                if let Some(window) = policy.windows.get_mut(id) {
                    edit(window);
                }
            }),
        });
    }

    fn gone(&mut self) {
        self.push("taken away", |window| {
            window.when = Timetable::never(window.when.rounding);
            (window.only, window.follows, window.vendor) = (false, None, None);
        });
    }

    fn of_other_kind(&mut self, policy: &Policy) {
        for (kind, freeze) in policy.kinds.iter().filter(|(kind, _)| *kind != self.window.kind) {
            self.push(&format!("of the kind `{}`", freeze.name), move |window| window.kind = kind);
        }
    }

    fn at_other_times(&mut self) {
        let patterns = self.window.when.patterns.clone();
        for (position, pattern) in patterns.iter().enumerate() {
            let is_one = patterns.len() == 1;
            let which = if is_one { String::new() } else { format!(", in span {}", position + 1) };
            let mut moved = false;
            for (by, words) in SHIFTS {
                moved |= self.shifted(position, pattern, by, words, &which);
            }
            if !moved {
                self.shifted(position, pattern, Elapsed::days(1), "a day", &which);
            }
            if !is_one {
                self.push(&format!("without span {}", position + 1), move |window| {
                    window.when.patterns.remove(position);
                });
            }
        }
        let is_local = patterns.iter().any(|pattern| !matches!(pattern, Pattern::Once(_)));
        match self.window.when.zone {
            None if is_local => self.push("read in UTC", |window| window.when.zone = Some(Zone::UTC)),
            Some(_) if is_local => self.push("read in each region's zone", |window| window.when.zone = None),
            _ => {}
        }
        if self.window.when.from.is_some() {
            self.push("without its `from`", |window| window.when.from = None);
        }
        if self.window.when.until.is_some() {
            self.push("without its `until`", |window| window.when.until = None);
        }
        for date in self.window.when.except.clone() {
            self.push(&format!("on {date} too"), move |window| {
                window.when.except.remove(&date);
            });
        }
    }

    /// Moves each edge both ways; whether there was anything to move.
    fn shifted(&mut self, position: usize, pattern: &Pattern, by: Elapsed, words: &str, which: &str) -> bool {
        let back = Elapsed::seconds(-by.as_seconds());
        let edges = [
            (Edge::Start, by, "begins", "later"),
            (Edge::Start, back, "begins", "earlier"),
            (Edge::End, by, "ends", "later"),
            (Edge::End, back, "ends", "earlier"),
        ];
        let mut any = false;
        for (edge, by, verb, direction) in edges {
            let Some(other) = pattern.shifted(edge, by) else { continue };
            any = true;
            self.push(&format!("{verb} {words} {direction}{which}"), move |window| {
                if let Some(pattern) = window.when.patterns.get_mut(position) {
                    pattern.clone_from(&other);
                }
            });
        }
        any
    }

    /// Each scope wider, and narrower by one.
    fn elsewhere(&mut self, policy: &Policy) {
        let window = self.window;
        self.scope("region", &policy.names("region"), policy.regions.ids(), &window.regions, |window| {
            &mut window.regions
        });
        self.scope(
            "component",
            &policy.names("component"),
            policy.components.ids(),
            &window.components,
            |window| &mut window.components,
        );
        self.scope(
            "environment",
            &policy.names("environment"),
            policy.environments.ids(),
            &window.environments,
            |window| &mut window.environments,
        );
        let names = Action::ALL.map(Action::name);
        self.scope("action", &names, Action::ALL.into_iter(), &window.actions, |window| &mut window.actions);
    }

    fn scope<T: Copy + PartialEq + Send + Sync + 'static>(
        &mut self,
        word: &str,
        names: &[&str],
        all: impl Iterator<Item = T>,
        said: &Option<Vec<T>>,
        field: fn(&mut Window) -> &mut Option<Vec<T>>,
    ) {
        let all: Vec<T> = all.collect();
        if said.is_some() {
            self.push(&format!("for every {word}"), move |window| *field(window) = None);
        }
        let scope = said.clone().unwrap_or_else(|| all.clone());
        if scope.len() < 2 {
            return;
        }
        for gone in &scope {
            let rest: Vec<T> = scope.iter().copied().filter(|one| one != gone).collect();
            let name = all.iter().position(|one| one == gone).and_then(|at| names.get(at)).unwrap_or(&"");
            self.push(&format!("not for {word} `{name}`"), move |window| {
                *field(window) = Some(rest.clone());
            });
        }
    }

    /// What it follows, whose it is, and from when on it counts.
    fn otherwise(&mut self, policy: &Policy) {
        if let Some(follow) = &self.window.follows {
            self.push("with `no-data` the other way", |window| {
                if let Some(follow) = &mut window.follows {
                    follow.unknown_holds = !follow.unknown_holds;
                }
            });
            let mut others = condition::others(policy, &follow.condition);
            others.push(("whatever the evidence".to_owned(), Condition::TRUE));
            for (how, other) in others {
                self.push(&how, move |window| {
                    if let Some(follow) = &mut window.follows {
                        follow.condition = other.clone();
                    }
                });
            }
        }
        if self.window.vendor.as_ref().is_some_and(|vendor| vendor.recheck.is_some()) {
            self.push("without its `recheck`", |window| {
                if let Some(vendor) = &mut window.vendor {
                    vendor.recheck = None;
                }
            });
        }
        if self.window.warn_until.is_some() {
            self.push("without its `enforce`", |window| window.warn_until = None);
        }
    }
}
