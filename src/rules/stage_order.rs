//! Stages in an order that cannot be right: a migration beside or behind the deploy that needs it, traffic before there is anything to
//! receive it, a lock given back at the end of a stage that is over by then.

use super::stages::{components, first_traffic, may_share, with_statement};
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{At, Held, MARKS, Stages, held};
use crate::policy::{Component, Id, Pipeline, Policy, StageKind};
use std::collections::{BTreeMap, BTreeSet};

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
    order.overlaps(sink);
    order.before_deploy(sink);
    order.until(sink);
}

/// What each pipeline may clash with.
struct Beside {
    held: Held,
    /// By pipeline: its deploys that can start.
    deploys: Vec<Vec<At>>,
    /// By pipeline: the others that change a component of its own, with the first such; neither calls the other.
    others: Vec<BTreeMap<Id<Pipeline>, Id<Component>>>,
}

impl Beside {
    fn of(policy: &Policy, stages: &Stages<'_>) -> Self {
        let is_deploy = |at: &At| stages.stage(*at).kind == StageKind::Deploy && stages.can_start(*at);
        let mut users: BTreeMap<Id<Component>, Vec<Id<Pipeline>>> = BTreeMap::new();
        let mut calls: BTreeSet<(Id<Pipeline>, Id<Pipeline>)> = BTreeSet::new();
        for (id, row) in policy.pipelines.iter() {
            for component in components(policy, row) {
                users.entry(component).or_default().push(id);
            }
            let called = row.stages.rows().iter().flat_map(|stage| &stage.calls);
            calls.extend(called.flat_map(|(called, _)| [(id, *called), (*called, id)]));
        }
        let mut others = vec![BTreeMap::new(); policy.pipelines.len()];
        for (component, pipelines) in &users {
            for id in pipelines {
                let Some(own) = others.get_mut(id.index()) else { continue };
                for other in pipelines.iter().filter(|other| *other != id && !calls.contains(&(*id, **other)))
                {
                    own.entry(*other).or_insert(*component);
                }
            }
        }
        let deploys = |id| stages.of_pipeline(id).filter(is_deploy).collect();
        Self { held: held(policy, stages), deploys: policy.pipelines.ids().map(deploys).collect(), others }
    }

    fn deploys(&self, pipeline: Id<Pipeline>) -> &[At] {
        self.deploys.get(pipeline.index()).map_or(&[], Vec::as_slice)
    }

    fn others(&self, pipeline: Id<Pipeline>) -> impl Iterator<Item = (&Id<Pipeline>, &Id<Component>)> {
        self.others.get(pipeline.index()).into_iter().flatten()
    }
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

    /// Migrations and deploys that may run at once, in one pipeline or in two that share a component.
    fn overlaps(&self, sink: &mut Sink) {
        let changes: Vec<At> = self
            .stages
            .all()
            .filter(|at| self.is(*at, &[StageKind::Migrate, StageKind::Expand, StageKind::Contract]))
            .filter(|at| self.stages.can_start(*at))
            .collect();
        let beside = Beside::of(self.subject.policy, self.stages);
        let mut told = BTreeSet::new();
        for few in changes.chunks(MARKS) {
            let (before, after) = (self.stages.marks_before(few), self.stages.marks_after(few));
            for (bit, change) in few.iter().copied().enumerate() {
                let is_apart = |deploy: At| {
                    (before.of(deploy) | after.of(deploy)) >> bit & 1 == 1
                        || !may_share(
                            self.stages.stage(deploy).environment,
                            self.stages.stage(change).environment,
                        )
                };
                let own = self.stages.pipeline_of(change);
                if let Some(deploy) = beside.deploys(own).iter().copied().find(|deploy| !is_apart(*deploy)) {
                    self.tell_beside(change, deploy, sink);
                }
                if self.is(change, &[StageKind::Expand]) {
                    continue;
                }
                for (other, component) in beside.others(own) {
                    let clashes =
                        |deploy: &At| !is_apart(*deploy) && !beside.held.keeps_apart(change, *deploy);
                    let Some(deploy) = beside.deploys(*other).iter().copied().find(clashes) else { continue };
                    if told.insert((own, *other)) {
                        self.tell_across(change, deploy, *component, sink);
                    }
                }
            }
        }
    }

    /// A migration and a deploy of one pipeline that no order keeps apart.
    fn tell_beside(&self, change: At, deploy: At, sink: &mut Sink) {
        let (here, deploy) = (self.stages.stage(change), self.stages.stage(deploy));
        let message = format!("`{}` and `{}` may run at once", here.name, deploy.name);
        let finding = Diagnostic::new(&MIGRATE_BESIDE_DEPLOY, deploy.origin.span, message)
            .label("it may read a schema that is half changed")
            .also(here.origin.span, "the migration");
        let (later, earlier) = if here.kind == StageKind::Contract { (here, deploy) } else { (deploy, here) };
        let help = format!("let `{}` come after `{}`", later.name, earlier.name);
        sink.push(with_statement(
            finding.help(help.clone()),
            self.subject.sources,
            later.origin,
            help,
            &format!("after {}", earlier.name),
        ));
    }

    /// A migration of one pipeline and a deploy of another that share a component, and no lock or order keeps them apart.
    fn tell_across(&self, change: At, deploy: At, component: Id<Component>, sink: &mut Sink) {
        let policy = self.subject.policy;
        let (here, there) = (self.stages.stage(change), self.stages.stage(deploy));
        let message = format!(
            "`{}` of `{}` and `{}` of `{}` may run at once, and both change `{}`",
            here.name,
            policy.pipelines[self.stages.pipeline_of(change)].name,
            there.name,
            policy.pipelines[self.stages.pipeline_of(deploy)].name,
            policy.components[component].name
        );
        sink.push(
            Diagnostic::new(&MIGRATE_BESIDE_DEPLOY, there.origin.span, message)
                .also(here.origin.span, "the migration")
                .note("the lock that pipelines with a common component take by themselves begins with the first `migrate` (or `deploy`) and ends with `promote`")
                .help("let both hold one `lock`, or order them with `after … of`"),
        );
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
