//! The constructs of a policy that targets hold differently, each with a way to find where a policy uses it.

use super::seen::{Blindness, Seen, Trigger, seen, triggers};
use crate::calendar::Pattern;
use crate::policy::{
    Act, Action, Check, Condition, FlipKind, Origin, Pipeline, Policy, Reaction, Role, Ruling, Stage,
    Surface, Wording,
};

/// Where a policy uses a construct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The declaration that uses it.
    pub origin: Origin,
    /// What it is called there: "window `open-incident`".
    pub what: String,
}

/// What a construct is part of: a target is held only against the parts of a policy that it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// When a change may land
    Calendar,
    /// When writes are refused
    Maintenance,
    /// What is flipped to come back
    Recovery,
    /// How a change goes out
    Rollout,
    /// What begins a rollback, opens an incident or sets a state of the page
    Alarm,
    /// What users are told of incidents and maintenances
    Told,
}

/// One construct.
#[derive(Debug)]
pub struct Construct {
    /// Stable name: what the tables and pages of targets say.
    pub name: &'static str,
    /// What it is part of.
    pub part: Part,
    /// What it means, as an end of "it ...".
    pub meaning: &'static str,
    /// Where a policy uses it, in the order of its declarations.
    pub uses: fn(&Policy) -> Vec<Use>,
}

/// Every construct, in the order that pages list them.
pub static CONSTRUCTS: &[Construct] = &[
    Construct {
        name: "dated freeze",
        part: Part::Calendar,
        meaning: "holds from one instant to another",
        uses: |policy| {
            windows(policy, |window| {
                !window.only && window.when.patterns.iter().any(|pattern| !recurs(pattern))
            })
        },
    },
    Construct {
        name: "recurring freeze",
        part: Part::Calendar,
        meaning: "comes back by a rule",
        uses: |policy| windows(policy, |window| window.when.patterns.iter().any(recurs)),
    },
    Construct {
        name: "`only` window",
        part: Part::Calendar,
        meaning: "applies its kind outside the times it names",
        uses: |policy| windows(policy, |window| window.only),
    },
    Construct {
        name: "region scope",
        part: Part::Calendar,
        meaning: "holds in some regions",
        uses: |policy| windows(policy, |window| window.regions.is_some()),
    },
    Construct {
        name: "component scope",
        part: Part::Calendar,
        meaning: "holds for some components",
        uses: |policy| windows(policy, |window| window.components.is_some()),
    },
    Construct {
        name: "environment scope",
        part: Part::Calendar,
        meaning: "holds in some environments",
        uses: |policy| windows(policy, |window| window.environments.is_some()),
    },
    Construct {
        name: "action scope",
        part: Part::Calendar,
        meaning: "holds for some actions",
        uses: |policy| windows(policy, |window| window.actions.is_some()),
    },
    Construct {
        name: "freeze without deploys",
        part: Part::Calendar,
        meaning: "holds for other actions than `deploy`",
        uses: |policy| {
            windows(policy, |window| {
                window.actions.as_ref().is_some_and(|actions| !actions.contains(&Action::Deploy))
            })
        },
    },
    Construct {
        name: "tier-dependent freeze",
        part: Part::Calendar,
        meaning: "does not treat every tier alike",
        uses: |policy| {
            kinds(policy, |rulings| {
                rulings.first().is_some_and(|first| rulings.iter().any(|ruling| ruling != first))
            })
        },
    },
    Construct {
        name: "conditional admission",
        part: Part::Calendar,
        meaning: "admits a tier when evidence or approvals say so",
        uses: |policy| {
            kinds(policy, |rulings| {
                rulings
                    .iter()
                    .any(|ruling| matches!(ruling, Ruling::Admit { when } if *when != Condition::TRUE))
            })
        },
    },
    Construct {
        name: "window that follows a fact",
        part: Part::Calendar,
        meaning: "holds while a fact says so",
        uses: |policy| windows(policy, |window| window.follows.is_some()),
    },
    Construct {
        name: "vendor recheck",
        part: Part::Calendar,
        meaning: "grows stale where nobody reads the vendor's calendar again",
        uses: |policy| {
            windows(policy, |window| window.vendor.as_ref().is_some_and(|vendor| vendor.recheck.is_some()))
        },
    },
    Construct {
        name: "exception",
        part: Part::Calendar,
        meaning: "lifts a window for one tier until it expires",
        uses: |policy| {
            policy
                .exceptions
                .iter()
                .map(|(_, exception)| Use {
                    origin: exception.origin,
                    what: format!("exception `{}`", exception.name),
                })
                .collect()
        },
    },
    Construct {
        name: "tier requirement",
        part: Part::Calendar,
        meaning: "asks evidence or approvals of a tier",
        uses: |policy| {
            let tiers = policy.tiers.iter().filter(|(_, tier)| !tier.requirements.is_empty());
            tiers
                .map(|(_, tier)| Use { origin: tier.origin, what: format!("tier `{}`", tier.name) })
                .collect()
        },
    },
    Construct {
        name: "write without a route",
        part: Part::Maintenance,
        meaning: "is made by no request that a proxy sees",
        uses: |policy| {
            let routeless = policy.surfaces.iter().filter(|(_, surface)| surface.routes.is_empty());
            let silenced = routeless.filter(|(id, _)| {
                policy.maintenances.rows().iter().any(|maintenance| {
                    let refused = maintenance.refuses.iter().chain(&maintenance.drops);
                    refused.chain(&maintenance.stops).any(|(surface, _)| surface == id)
                })
            });
            silenced.map(|(_, surface)| surface_use(surface)).collect()
        },
    },
    Construct {
        name: "selector of no Service",
        part: Part::Recovery,
        meaning: "flips a pointer by a name that no Service can have",
        uses: |policy| {
            let mut found = Vec::new();
            for lever in policy.levers.rows() {
                let odd = lever.flips.iter().filter(|flip| {
                    flip.kind == FlipKind::Selector && flip.target.is_some() && flip.service().is_none()
                });
                let what = format!("lever `{}`", lever.name);
                found.extend(odd.map(|flip| Use { origin: flip.origin, what: what.clone() }));
            }
            found
        },
    },
    Construct {
        name: "lock over several jobs",
        part: Part::Rollout,
        meaning: "is held from one stage to another, or beside another lock",
        uses: |policy| {
            stages(policy, |_, stage| {
                stage.holds.len() > 1 || stage.holds.iter().any(|held| held.until.is_some())
            })
        },
    },
    Construct {
        name: "several runs at once",
        part: Part::Rollout,
        meaning: "may run more than once at a time",
        uses: |policy| pipelines(policy, |pipeline| pipeline.runs > 1),
    },
    Construct {
        name: "rollout that finishes in a freeze",
        part: Part::Rollout,
        meaning: "goes on where a freeze begins half-way",
        uses: |policy| {
            pipelines(policy, |pipeline| {
                pipeline.on_freeze.iter().any(|answer| answer.reaction == Reaction::Finish)
            })
        },
    },
    Construct {
        name: "approval by a rota",
        part: Part::Rollout,
        meaning: "is approved by whoever is on call",
        uses: |policy| {
            stages(policy, |policy, stage| {
                let roles = stage.approve.iter().flat_map(|seats| &seats.seats).flat_map(|seat| &seat.roles);
                let by_rota = |role: &Role| !role.schedules.is_empty();
                roles.into_iter().any(|role| by_rota(&policy.roles[*role]))
            })
        },
    },
    Construct {
        name: "gate that asks for people",
        part: Part::Rollout,
        meaning: "waits for a gate that asks approvals or a tier",
        uses: |policy| {
            stages(policy, |policy, stage| {
                let bounds = stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires);
                bounds.into_iter().any(|bound| asks_people(policy, &bound.check, 0))
            })
        },
    },
    Construct {
        name: "stage that runs a pipeline",
        part: Part::Rollout,
        meaning: "runs another pipeline and waits for it",
        uses: |policy| stages(policy, |_, stage| !stage.calls.is_empty()),
    },
    Construct {
        name: "stage behind another pipeline",
        part: Part::Rollout,
        meaning: "waits for a stage of another pipeline",
        uses: |policy| {
            let own = |pipeline: &Pipeline, stage: &Stage| {
                let id = policy.pipelines.find(&pipeline.name);
                stage.after.iter().all(|after| Some(after.pipeline) == id)
            };
            let foreign = policy.pipelines.rows().iter().flat_map(|pipeline| {
                let stages = pipeline.stages.rows().iter().filter(|stage| !own(pipeline, stage));
                stages.map(|stage| used(pipeline, stage))
            });
            foreign.collect()
        },
    },
    Construct {
        name: "trigger on evidence",
        part: Part::Alarm,
        meaning: "fires when evidence, a probe or an approval says so",
        uses: |policy| {
            missed(policy, |why| match why {
                Blindness::Evidence => Some(String::new()),
                Blindness::Query(_) => None,
            })
        },
    },
    Construct {
        name: "trigger that no query tells",
        part: Part::Alarm,
        meaning: "fires by what a metric measures",
        uses: |policy| {
            missed(policy, |why| match why {
                Blindness::Evidence => None,
                Blindness::Query(why) => Some(format!(" ({why})")),
            })
        },
    },
    Construct {
        name: "trigger on metrics and more",
        part: Part::Alarm,
        meaning: "fires when metrics and something else say so",
        uses: |policy| triggers_where(policy, |_, seen| seen.is_partial()),
    },
    Construct {
        name: "trigger without `over`",
        part: Part::Alarm,
        meaning: "aggregates the hold of the stage that gave traffic last",
        uses: |policy| {
            triggers_where(policy, |trigger, seen| {
                trigger.pipeline.is_some() && seen.bars().iter().any(|seen| seen.bar.over.is_none())
            })
        },
    },
    Construct {
        name: "trigger with several `for`",
        part: Part::Alarm,
        meaning: "waits for each of its bars so long as that says",
        uses: |policy| {
            triggers_where(policy, |_, seen| {
                let least = seen.sustained();
                seen.bars().iter().any(|bar| bar.sustained != least)
            })
        },
    },
    Construct {
        name: "maintenance in some regions",
        part: Part::Told,
        meaning: "holds in some regions",
        uses: |policy| {
            let scoped =
                policy.maintenances.rows().iter().filter(|maintenance| maintenance.regions.is_some());
            let found = scoped.map(|maintenance| Use {
                origin: maintenance.origin,
                what: format!("maintenance `{}`", maintenance.name),
            });
            found.collect()
        },
    },
    Construct {
        name: "time for an update",
        part: Part::Told,
        meaning: "asks for an update by a time",
        uses: |policy| {
            let mut found = Vec::new();
            for comms in policy.comms.rows() {
                let first = comms.first.iter().map(|(_, origin)| *origin);
                let times = first.chain(comms.cadence.iter().map(|cadence| cadence.origin));
                let what = format!("the times of comms `{}`", comms.name);
                found.extend(times.map(|origin| Use { origin, what: what.clone() }));
            }
            found
        },
    },
    Construct {
        name: "words that a page cuts",
        part: Part::Told,
        meaning: "is said whole",
        uses: long_words,
    },
];

/// The longest text of an update that Statuspage takes, in characters.
pub const LONGEST_BODY: usize = 25_000;
/// The longest name of an incident that it takes.
pub const LONGEST_NAME: usize = 255;

/// Texts that are longer, and titles that are as long as makes a name too long.
fn long_words(policy: &Policy) -> Vec<Use> {
    let mut found = Vec::new();
    let mut note = |is_long: bool, origin: Origin, what: String| {
        found.extend(is_long.then_some(Use { origin, what }));
    };
    let exceeds = |text: &str, most: usize| text.chars().count() > most;
    for template in policy.templates.rows() {
        let (text, origin) = &template.text;
        note(exceeds(text, LONGEST_BODY), *origin, format!("the text of template `{}`", template.name));
    }
    for severity in policy.severities.rows() {
        let is_long = exceeds(&severity.title, LONGEST_NAME - "{scope}: ".len());
        note(is_long, severity.origin, format!("the title of severity `{}`", severity.name));
    }
    for status in policy.statuses.rows() {
        let is_long = exceeds(&status.title, LONGEST_NAME);
        note(is_long, status.origin, format!("the title of status `{}`", status.name));
    }
    for maintenance in policy.maintenances.rows() {
        let banner = maintenance.banner.iter().map(|banner| (&banner.says, banner.origin));
        let notices =
            maintenance.notices.iter().filter_map(|notice| Some((notice.says.as_ref()?, notice.origin)));
        let steps = maintenance.steps().filter_map(|step| match &step.act {
            Act::Notice(says) => Some((says, step.origin)),
            _ => None,
        });
        for (says, origin) in banner.chain(notices).chain(steps) {
            let Wording::Text(text) = says else { continue };
            note(
                exceeds(text, LONGEST_BODY),
                origin,
                format!("a text of maintenance `{}`", maintenance.name),
            );
        }
    }
    found
}

/// A trigger as findings call it.
fn named(trigger: &Trigger<'_>, more: &str) -> Use {
    let Trigger { of, name, bound, .. } = trigger;
    let what = format!("the trigger `{}` of {of} `{name}`{more}", bound.text);
    Use { origin: bound.origin, what }
}

fn triggers_where(policy: &Policy, uses: fn(&Trigger<'_>, &Seen<'_>) -> bool) -> Vec<Use> {
    let found = triggers(policy).into_iter();
    let found = found.filter(|trigger| uses(trigger, &seen(policy, &trigger.bound.check)));
    found.map(|trigger| named(&trigger, "")).collect()
}

/// Triggers that may fire unseen, for a reason that is asked for: once each, with what more is to be said.
fn missed(policy: &Policy, asked: fn(&Blindness) -> Option<String>) -> Vec<Use> {
    let found = triggers(policy).into_iter().filter_map(|trigger| {
        let seen = seen(policy, &trigger.bound.check);
        let more = seen.missed().into_iter().find_map(asked)?;
        Some(named(&trigger, &more))
    });
    found.collect()
}

fn surface_use(surface: &Surface) -> Use {
    Use { origin: surface.origin, what: format!("surface `{}`", surface.name) }
}

fn windows(policy: &Policy, uses: fn(&crate::policy::Window) -> bool) -> Vec<Use> {
    let found = policy.windows.iter().filter(|(_, window)| uses(window));
    found
        .map(|(_, window)| Use { origin: window.origin, what: format!("window `{}`", window.name) })
        .collect()
}

/// Kinds that a window has and whose rulings are so.
fn kinds(policy: &Policy, uses: fn(&[&Ruling]) -> bool) -> Vec<Use> {
    let found = policy.kinds.iter().filter(|(id, kind)| {
        let rulings: Vec<&Ruling> = kind.rulings.iter().map(|(ruling, _)| ruling).collect();
        policy.windows.rows().iter().any(|window| window.kind == *id) && uses(&rulings)
    });
    found.map(|(_, kind)| Use { origin: kind.origin, what: format!("kind `{}`", kind.name) }).collect()
}

fn recurs(pattern: &Pattern) -> bool {
    !matches!(pattern, Pattern::Once(_) | Pattern::OnceLocal { .. } | Pattern::Dates(_))
}

fn pipelines(policy: &Policy, uses: fn(&Pipeline) -> bool) -> Vec<Use> {
    let found = policy.pipelines.rows().iter().filter(|pipeline| uses(pipeline));
    found
        .map(|pipeline| Use { origin: pipeline.origin, what: format!("pipeline `{}`", pipeline.name) })
        .collect()
}

fn stages(policy: &Policy, uses: fn(&Policy, &Stage) -> bool) -> Vec<Use> {
    let found = policy.pipelines.rows().iter().flat_map(|pipeline| {
        let stages = pipeline.stages.rows().iter().filter(|stage| uses(policy, stage));
        stages.map(|stage| used(pipeline, stage))
    });
    found.collect()
}

fn used(pipeline: &Pipeline, stage: &Stage) -> Use {
    Use { origin: stage.origin, what: format!("stage `{}` of pipeline `{}`", stage.name, pipeline.name) }
}

/// Gates that name gates are followed so far; a policy has no cycle of them.
const DEEPEST: usize = 64;

fn asks_people(policy: &Policy, check: &Check, depth: usize) -> bool {
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().any(|part| asks_people(policy, part, depth)),
        Check::Not(part) => asks_people(policy, part, depth),
        Check::Evidence(condition) => people_in(condition),
        Check::Gate(gate, _) if depth < DEEPEST => {
            policy.gates[*gate].requires.iter().any(|bound| asks_people(policy, &bound.check, depth + 1))
        }
        Check::Gate(..) | Check::Bar(_) | Check::Probe(..) => false,
    }
}

fn people_in(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(people_in),
        Condition::Not(part) => people_in(part),
        Condition::Approved(_) | Condition::Approval(..) | Condition::TierIn(..) => true,
        Condition::Holds(..) | Condition::Compare(..) | Condition::Sustained(..) | Condition::OneOf(..) => {
            false
        }
    }
}
