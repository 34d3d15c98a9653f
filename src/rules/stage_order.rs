//! Stages in an order that cannot be right: a migration beside or behind the deploy that needs it, traffic before there is anything to
//! receive it, a lock given back at the end of a stage that is over by then.

use super::stages::{components, first_traffic, may_share, with_statement};
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{At, Stages};
use crate::policy::{Id, Lock, Pipeline, StageKind};
use std::collections::BTreeSet;

code!(pub MIGRATE_BESIDE_DEPLOY, Error, "migrate-beside-deploy", "a migration and a deploy that may run at once");
code!(pub DEPLOY_BEFORE_MIGRATION, Error, "deploy-before-migration", "a deploy of what needs a migration that comes later");
code!(pub TRAFFIC_BEFORE_DEPLOY, Error, "traffic-before-deploy", "traffic for what is not deployed yet");
code!(pub UNTIL_NEVER_AFTER, Error, "until-never-after", "a lock that is given back at the end of a stage which does not come later");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule {
    codes: &[&MIGRATE_BESIDE_DEPLOY, &DEPLOY_BEFORE_MIGRATION, &TRAFFIC_BEFORE_DEPLOY, &UNTIL_NEVER_AFTER],
    check,
};

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let stages = Stages::of(subject.policy);
    let order = Order { subject, stages: &stages };
    order.before_migration(sink);
    for pipeline in subject.policy.pipelines.ids().filter(|pipeline| !stages.is_line(*pipeline)) {
        order.beside_deploy(pipeline, sink);
    }
    order.across(sink);
    order.before_deploy(sink);
    order.until(sink);
}

struct Order<'a> {
    subject: &'a Subject<'a>,
    stages: &'a Stages<'a>,
}

impl Order<'_> {
    fn is(&self, at: At, kinds: &[StageKind]) -> bool {
        kinds.contains(&self.stages.stage(at).kind)
    }

    fn name(&self, at: At) -> &str {
        &self.stages.stage(at).name
    }

    fn are_ordered(&self, one: At, other: At) -> bool {
        self.stages.is_before(one, other) || self.stages.is_before(other, one)
    }

    /// A deploy with a migration behind it, and no further deploy behind that.
    fn before_migration(&self, sink: &mut Sink) {
        let changes = |at: At| self.is(at, &[StageKind::Migrate, StageKind::Expand]);
        let environments: BTreeSet<_> =
            self.stages.all().filter(|at| changes(*at)).map(|at| self.stages.stage(at).environment).collect();
        for environment in environments {
            let deploys = |at: At| {
                self.is(at, &[StageKind::Deploy]) && may_share(self.stages.stage(at).environment, environment)
            };
            let (earlier, later) = (self.stages.one_before(deploys), self.stages.one_after(deploys));
            for at in self.stages.all() {
                let stage = self.stages.stage(at);
                let (Some(deploy), None) = (earlier.of(at), later.of(at)) else { continue };
                if !changes(at) || stage.environment != environment {
                    continue;
                }
                let deploy = self.stages.stage(deploy);
                let message = format!("`{}` is deployed before `{}` has run", deploy.name, stage.name);
                sink.push(
                    Diagnostic::new(&DEPLOY_BEFORE_MIGRATION, deploy.origin.span, message)
                        .label("what starts here may need the new schema")
                        .also(stage.origin.span, "the migration comes later")
                        .help(format!(
                            "let `{}` come after `{}`; what only takes away is a `contract`",
                            deploy.name, stage.name
                        )),
                );
            }
        }
    }

    /// A migration and a deploy of one pipeline that no order keeps apart.
    fn beside_deploy(&self, pipeline: Id<Pipeline>, sink: &mut Sink) {
        let own = || self.stages.of_pipeline(pipeline).filter(|at| self.stages.can_start(*at));
        for migrate in
            own().filter(|at| self.is(*at, &[StageKind::Migrate, StageKind::Expand, StageKind::Contract]))
        {
            let here = self.stages.stage(migrate);
            let beside = own().filter(|at| self.is(*at, &[StageKind::Deploy])).find(|at| {
                may_share(self.stages.stage(*at).environment, here.environment)
                    && !self.are_ordered(*at, migrate)
            });
            let Some(beside) = beside else { continue };
            let deploy = self.stages.stage(beside);
            let message = format!("`{}` and `{}` may run at once", here.name, deploy.name);
            let finding = Diagnostic::new(&MIGRATE_BESIDE_DEPLOY, deploy.origin.span, message)
                .label("it may read a schema that is half changed")
                .also(here.origin.span, "the migration");
            let (later, earlier) =
                if here.kind == StageKind::Contract { (here, deploy) } else { (deploy, here) };
            let help = format!("let `{}` come after `{}`", later.name, earlier.name);
            sink.push(with_statement(
                finding.help(help.clone()),
                self.subject.sources,
                later.origin,
                help,
                &format!("after {}", earlier.name),
            ));
        }
    }

    /// A migration of one pipeline and a deploy of another that share a component, and no lock or order keeps them apart.
    fn across(&self, sink: &mut Sink) {
        let policy = self.subject.policy;
        let touched: Vec<BTreeSet<_>> =
            policy.pipelines.rows().iter().map(|row| components(policy, row)).collect();
        let of = |pipeline: Id<Pipeline>| touched.get(pipeline.index());
        for (one, _) in policy.pipelines.iter() {
            for (other, row) in policy.pipelines.iter().filter(|(other, _)| *other != one) {
                let common = of(one).zip(of(other)).and_then(|(one, other)| one.intersection(other).next());
                let Some(component) = common else { continue };
                let pair = self
                    .stages
                    .of_pipeline(one)
                    .filter(|at| self.can_clash(*at, &[StageKind::Migrate, StageKind::Contract]))
                    .find_map(|migrate| {
                        let deploys = self
                            .stages
                            .of_pipeline(other)
                            .filter(|at| self.can_clash(*at, &[StageKind::Deploy]));
                        deploys
                            .into_iter()
                            .find(|deploy| !self.are_apart(migrate, *deploy))
                            .map(|deploy| (migrate, deploy))
                    });
                let Some((migrate, deploy)) = pair else { continue };
                let (here, there) = (self.stages.stage(migrate), self.stages.stage(deploy));
                let message = format!(
                    "`{}` of `{}` and `{}` of `{}` may run at once, and both change `{}`",
                    here.name,
                    policy.pipelines[one].name,
                    there.name,
                    row.name,
                    policy.components[*component].name
                );
                sink.push(
                    Diagnostic::new(&MIGRATE_BESIDE_DEPLOY, there.origin.span, message)
                        .also(here.origin.span, "the migration")
                        .note("the lock that pipelines with a common component take by themselves begins with the first `migrate` (or `deploy`) and ends with `promote`")
                        .help("let both hold one `lock`, or order them with `after … of`"),
                );
            }
        }
    }

    fn can_clash(&self, at: At, kinds: &[StageKind]) -> bool {
        self.is(at, kinds) && self.stages.can_start(at)
    }

    /// Whether order, environment, a call or a lock keeps two stages of different pipelines apart.
    fn are_apart(&self, one: At, other: At) -> bool {
        let policy = self.subject.policy;
        let (a, b) = (self.stages.stage(one), self.stages.stage(other));
        let (p, q) = (self.stages.pipeline_of(one), self.stages.pipeline_of(other));
        let calls = |from: Id<Pipeline>, to: Id<Pipeline>| {
            policy.pipelines[from]
                .stages
                .rows()
                .iter()
                .any(|stage| stage.calls.iter().any(|(called, _)| *called == to))
        };
        if !may_share(a.environment, b.environment)
            || calls(p, q)
            || calls(q, p)
            || self.are_ordered(one, other)
        {
            return true;
        }
        let held = self.held(one);
        (self.in_shared_lock(one) && self.in_shared_lock(other) && self.share_service(p, q))
            || self.held(other).iter().any(|lock| held.contains(lock))
    }

    fn share_service(&self, one: Id<Pipeline>, other: Id<Pipeline>) -> bool {
        let policy = self.subject.policy;
        let of = |pipeline: Id<Pipeline>| -> BTreeSet<_> {
            let service = policy.pipelines[pipeline].service;
            service.into_iter().flat_map(|service| &policy.services[service].components).collect()
        };
        !of(one).is_disjoint(&of(other))
    }

    /// The locks that are surely held while a stage runs.
    fn held(&self, at: At) -> BTreeSet<Id<Lock>> {
        let pipeline = self.stages.pipeline_of(at);
        let row = &self.subject.policy.pipelines[pipeline];
        let mut held: BTreeSet<Id<Lock>> = row.holds.iter().map(|(lock, _)| *lock).collect();
        for taker in self.stages.of_pipeline(pipeline) {
            for holding in &self.stages.stage(taker).holds {
                let until =
                    holding.until.and_then(|until| self.stages.number(pipeline, until)).unwrap_or(taker);
                let begun = taker == at || self.stages.is_before(taker, at);
                let not_over = until == at || self.stages.is_before(at, until);
                if begun && not_over {
                    held.insert(holding.lock);
                }
            }
        }
        held
    }

    /// Whether a stage lies between the first migration (or deploy) of its pipeline and the end of its `promote`.
    fn in_shared_lock(&self, at: At) -> bool {
        let own = || self.stages.of_pipeline(self.stages.pipeline_of(at));
        let first = |kind: StageKind| own().find(|at| self.is(*at, &[kind]));
        let from = first(StageKind::Migrate).or_else(|| first(StageKind::Deploy));
        let until = own().rfind(|at| self.is(*at, &[StageKind::Promote]));
        from.is_some_and(|from| from == at || self.stages.is_before(from, at))
            && until.is_none_or(|until| until == at || self.stages.is_before(at, until))
    }

    /// Traffic without a deploy before it, in a pipeline that deploys.
    fn before_deploy(&self, sink: &mut Sink) {
        let is_deploy = |at: At| self.is(at, &[StageKind::Deploy]);
        let earlier = self.stages.one_before(is_deploy);
        for at in first_traffic(self.stages).into_iter().filter(|at| earlier.of(*at).is_none()) {
            let stage = self.stages.stage(at);
            let deploys = self.stages.of_pipeline(self.stages.pipeline_of(at)).filter(|at| is_deploy(*at));
            let mut near =
                deploys.filter(|deploy| may_share(self.stages.stage(*deploy).environment, stage.environment));
            let Some(deploy) = near.next_back() else { continue };
            let name = self.name(deploy).to_owned();
            let origin = self.stages.stage(deploy).origin;
            let is_late = self.stages.is_before(at, deploy);
            let message = format!("`{}` gives traffic to what `{name}` has not deployed yet", stage.name);
            let finding = Diagnostic::new(&TRAFFIC_BEFORE_DEPLOY, stage.origin.span, message)
                .also(
                    origin.span,
                    if is_late { "it comes later" } else { "nothing says that it comes first" },
                )
                .help(format!("let `{}` come after `{name}`", stage.name));
            sink.push(if is_late {
                finding
            } else {
                with_statement(
                    finding,
                    self.subject.sources,
                    stage.origin,
                    format!("let it come after `{name}`"),
                    &format!("after {name}"),
                )
            });
        }
    }

    /// A lock is given back at the end of its own stage, or of one that comes later.
    fn until(&self, sink: &mut Sink) {
        for at in self.stages.all().filter(|at| self.stages.can_start(*at)) {
            let stage = self.stages.stage(at);
            for holding in &stage.holds {
                let pipeline = self.stages.pipeline_of(at);
                let Some(until) = holding.until.and_then(|until| self.stages.number(pipeline, until)) else {
                    continue;
                };
                if until == at || self.stages.is_before(at, until) || !self.stages.can_start(until) {
                    continue;
                }
                let (lock, name) = (&self.subject.policy.locks[holding.lock].name, self.name(until));
                let message =
                    format!("`{}` takes `{lock}` until `{name}`, which does not come after it", stage.name);
                sink.push(
                    Diagnostic::new(&UNTIL_NEVER_AFTER, holding.origin.span, message)
                        .also(self.stages.stage(until).origin.span, "this stage may be over by then")
                        .help(format!(
                            "name a stage that comes after `{}`, or let `{name}` come after it",
                            stage.name
                        )),
                );
            }
        }
    }
}
