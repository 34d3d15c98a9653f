//! The constructs of a policy that targets hold differently, each with a way to find where a policy uses it.

use super::asked;
use super::part::{Construct, Part, Use};
use super::rolled;
use super::seen::Blindness;
use super::uses::{
    asks_people, kinds, long_words, missed, pipelines, recurs, stages, surface_use, triggers_where, used,
    windows,
};
use crate::policy::{Action, Condition, FlipKind, Pipeline, Reaction, Role, Ruling, Stage};

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
        name: "time behind the horizon",
        part: Part::Calendar,
        meaning: "goes on behind the horizon",
        uses: |policy| windows(policy, |window| window.when.patterns.iter().any(recurs)),
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
        part: Part::Evidence,
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
        name: "review asked of a tier",
        part: Part::Review,
        meaning: "asks people before a change of it is merged",
        uses: asked::tiers_that_ask,
    },
    Construct {
        name: "review by several people",
        part: Part::Review,
        meaning: "asks more than one person",
        uses: asked::tiers_that_ask_several,
    },
    Construct {
        name: "review in a region",
        part: Part::Review,
        meaning: "asks somebody who answers for the region",
        uses: asked::tiers_that_ask_in_regions,
    },
    Construct {
        name: "review on a condition",
        part: Part::Review,
        meaning: "asks people where something else holds",
        uses: asked::asked_on_a_condition,
    },
    Construct {
        name: "review in a freeze",
        part: Part::Review,
        meaning: "admits a change that somebody approved",
        uses: asked::freezes_that_ask,
    },
    Construct {
        name: "review that ends",
        part: Part::Review,
        meaning: "counts for a time",
        uses: asked::approvals_that_end,
    },
    Construct {
        name: "review that no name gives",
        part: Part::Review,
        meaning: "has nobody whom a code host can name",
        uses: asked::nameless_owners,
    },
    Construct {
        name: "review by a rota",
        part: Part::Review,
        meaning: "is had by whoever is on call",
        uses: asked::owners_by_rota,
    },
    Construct {
        name: "`every path` rule",
        part: Part::Review,
        meaning: "holds where every path of a change matches",
        uses: asked::rules_of_every_path,
    },
    Construct {
        name: "glob with a class or odd signs",
        part: Part::Review,
        meaning: "has a class of letters, or signs that CODEOWNERS cannot write",
        uses: asked::inexact_globs,
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
        part: Part::Approval,
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
        name: "approval of several people for a stage",
        part: Part::Approval,
        meaning: "asks more than one person before it starts",
        uses: asked::stages_that_ask_several,
    },
    Construct {
        name: "approval in a region for a stage",
        part: Part::Approval,
        meaning: "asks somebody who answers for the region",
        uses: asked::stages_that_ask_in_regions,
    },
    Construct {
        name: "more than six who may approve",
        part: Part::Approval,
        meaning: "may be approved by more than six people",
        uses: asked::crowded_stages,
    },
    Construct {
        name: "approval that no login gives",
        part: Part::Approval,
        meaning: "is approved by people whom a code host cannot name",
        uses: asked::stages_that_ask_nobody,
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
        name: "rollout that goes back in a freeze",
        part: Part::Rollout,
        meaning: "goes back where a freeze begins half-way",
        uses: rolled::that_go_back_in_a_freeze,
    },
    Construct {
        name: "stage without traffic",
        part: Part::Rollout,
        meaning: "does something else than to give traffic",
        uses: rolled::without_traffic,
    },
    Construct {
        name: "mirrored traffic",
        part: Part::Rollout,
        meaning: "mirrors traffic",
        uses: rolled::that_mirror,
    },
    Construct {
        name: "share finer than a percent",
        part: Part::Rollout,
        meaning: "gives a share that is no whole percent",
        uses: rolled::of_fine_shares,
    },
    Construct {
        name: "regions in steps",
        part: Part::Rollout,
        meaning: "goes from region to region",
        uses: rolled::in_regions,
    },
    Construct { name: "lock", part: Part::Rollout, meaning: "holds a lock", uses: rolled::that_lock },
    Construct {
        name: "stage with a timeout",
        part: Part::Rollout,
        meaning: "may take no longer than it says",
        uses: rolled::with_a_timeout,
    },
    Construct {
        name: "gate that no query tells",
        part: Part::Rollout,
        meaning: "waits for a gate that asks more than queries tell",
        uses: rolled::with_untold_gates,
    },
    Construct {
        name: "stage that is approved",
        part: Part::Approval,
        meaning: "is approved before it starts",
        uses: rolled::that_are_approved,
    },
    Construct {
        name: "rollback by steps",
        part: Part::Watch,
        meaning: "does more than to take traffic back",
        uses: rolled::rollbacks_by_steps,
    },
    Construct {
        name: "rollback that no query tells",
        part: Part::Watch,
        meaning: "begins when more than queries tell says so",
        uses: rolled::untold_rollbacks,
    },
    Construct {
        name: "rollback on metrics and more",
        part: Part::Watch,
        meaning: "begins when metrics and something else say so",
        uses: rolled::partial_rollbacks,
    },
    Construct {
        name: "rollback without `over`",
        part: Part::Watch,
        meaning: "aggregates the hold of the stage that gave traffic last",
        uses: rolled::rollbacks_without_over,
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
