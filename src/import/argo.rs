//! Argo CD's sync windows: `spec.syncWindows` of an AppProject.
//!
//! A window is active while a fire of its schedule lies less than its duration back, both read on a clock that is UTC
//! shifted by the zone's offset of *today*. So in local readings it holds from the fire for the duration, and what
//! happens round a clock change is an accident.

use super::cron::{Cron, Dialect};
use super::cron_remarks::{on_days, span};
use super::day_rule::{DAY, runs};
use super::draft::{Draft, Sense, Space, Window};
use super::names::{one_line, quoted};
use super::report::{At, ImportError, RemarkKind, Report};
use super::yaml::{Fields, Node};
use super::{argo_duration, zones};
use crate::calendar::{Pattern, TimeOfDay, Zone};
use std::rc::Rc;

/// A window that opens and closes more often than this on one day is refused: no team means that.
const MOST_A_DAY: usize = 24;

/// Whether a document holds sync windows.
pub(super) fn looks_so(document: &Node) -> bool {
    let is_project = |node: &Node| {
        node.find(&["spec", "syncWindows"]).is_some()
            || node.find(&["syncWindows"]).is_some()
            || node
                .find(&["kind"])
                .is_some_and(|kind| kind.text("kind").is_ok_and(|kind| kind == "AppProject"))
    };
    is_project(document) || items(document).iter().any(|item| is_project(item))
}

fn items(document: &Node) -> &[Rc<Node>] {
    document.find(&["items"]).and_then(|items| items.list("items").ok()).unwrap_or_default()
}

/// Reads every project into the draft.
pub(super) fn read(documents: &[Rc<Node>], draft: &mut Draft, report: &mut Report) {
    for document in documents {
        match items(document) {
            [] => project(document, draft, report),
            items => items.iter().for_each(|item| project(item, draft, report)),
        }
    }
}

fn project(node: &Node, draft: &mut Draft, report: &mut Report) {
    let kind = node.find(&["kind"]).and_then(|kind| kind.text("kind").ok()).unwrap_or("AppProject");
    let windows = node.find(&["spec", "syncWindows"]).or_else(|| node.find(&["syncWindows"]));
    let name = node.find(&["metadata", "name"]).and_then(|name| name.text("name").ok()).unwrap_or("sync");
    let Some(windows) = windows.filter(|_| kind == "AppProject") else {
        let text = format!("a document of kind `{}` holds no sync windows", quoted(kind));
        report.remark(node.at, RemarkKind::NotCarried, text, "");
        return;
    };
    let Some(windows) = report.keep(windows.list("syncWindows")) else { return };
    let mut senses = Vec::new();
    for (number, node) in windows.iter().enumerate() {
        let result = Reading::of(node, draft, report).and_then(|reading| {
            reading.windows(&format!("{name}-{}-{}", reading.kind, number + 1), draft, report)
        });
        if let Some((sense, windows)) = report.keep(result) {
            senses.push((sense, node.at));
            draft.windows.extend(windows);
        }
    }
    let first = |wanted: Sense| senses.iter().find(|(sense, _)| *sense == wanted).map(|(_, at)| *at);
    if let Some(at) = first(Sense::Permits) {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!("one `allow` window closes `{}` whenever none of them holds", quoted(name)),
            "imported as `only`: outside the union of them the kind applies",
        );
        if let Some(at) = first(Sense::Freezes) {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!(
                    "a `deny` window of `{}` beats every `allow` window that holds at the same time",
                    quoted(name)
                ),
                "the policy does the same: a freeze holds whatever `only` windows are open",
            );
        }
    }
}

/// One sync window as it is written.
struct Reading<'a> {
    at: At,
    kind: &'a str,
    sense: Sense,
    schedule: (At, &'a str),
    cron: Cron,
    duration: i64,
    zone: Zone,
    description: Option<String>,
    axes: Vec<Selection<'a>>,
    all_axes: bool,
}

/// What a window selects by; each becomes another axis of the policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Axis {
    Applications,
    Namespaces,
    Clusters,
}

/// What is listed on one axis.
type Selection<'a> = (Axis, Vec<(At, &'a str)>);

const AXES: [(Axis, &str); 3] =
    [(Axis::Applications, "applications"), (Axis::Namespaces, "namespaces"), (Axis::Clusters, "clusters")];

impl<'a> Reading<'a> {
    fn of(node: &'a Node, draft: &Draft, report: &mut Report) -> Result<Self, ImportError> {
        let mut fields = node.fields("a sync window")?;
        let kind_node = fields.need("kind", "a sync window")?;
        let (kind, sense) = match kind_node.text("kind")? {
            "deny" => ("deny", Sense::Freezes),
            "allow" => ("allow", Sense::Permits),
            other => {
                let message = format!("`{}` is not a kind of sync window", quoted(other));
                return Err(kind_node.at.error(message, "known are `allow` and `deny`"));
            }
        };
        let schedule_node = fields.need("schedule", "a sync window")?;
        let schedule = (schedule_node.at, schedule_node.text("schedule")?);
        let cron = Cron::parse(schedule.1, Dialect::Argo)
            .map_err(|(message, help)| schedule.0.error(message, help))?;
        let duration_node = fields.need("duration", "a sync window")?;
        let duration = argo_duration::seconds(duration_node.text("duration")?)
            .map_err(|(message, help)| duration_node.at.error(message, help))?;
        let zone = zone(&mut fields, draft, report)?;
        let description = fields.text("description")?.map(|(_, text)| one_line(text));
        let mut axes = Vec::new();
        for (axis, name) in AXES {
            let listed = fields.get(name).map(|node| node.texts(name)).transpose()?.unwrap_or_default();
            if !listed.is_empty() {
                axes.push((axis, listed));
            }
        }
        let all_axes =
            fields.get("andOperator").map(|node| node.truth("andOperator")).transpose()?.unwrap_or(false);
        not_carried(&mut fields, sense, report)?;
        fields.leftovers("a sync window", report);
        Ok(Self { at: node.at, kind, sense, schedule, cron, duration, zone, description, axes, all_axes })
    }

    fn windows(
        &self,
        foreign: &str,
        draft: &mut Draft,
        report: &mut Report,
    ) -> Result<(Sense, Vec<Window>), ImportError> {
        if self.axes.is_empty() {
            report.remark(
                self.at,
                RemarkKind::MayNotMean,
                "the window selects no application, namespace or cluster: it holds nothing",
                "it is not carried over; list `applications: [\"*\"]` where all were meant",
            );
            return Ok((self.sense, Vec::new()));
        }
        let when = self.when(report)?;
        let mut windows = Vec::new();
        for axes in self.scopes() {
            let mut window = Window::new(draft.fresh(Space::Window, foreign), &draft.kind.clone());
            window.sense = self.sense;
            window.doc.extend(self.description.clone());
            window.doc.push(format!(
                "{} `{}` for {}, line {}.",
                self.kind,
                one_line(self.schedule.1),
                span(self.duration),
                self.at.line
            ));
            window.when.clone_from(&when);
            window.zone = Some(self.zone);
            for (axis, listed) in axes {
                select(*axis, listed, &mut window, draft, report);
            }
            windows.push(window);
        }
        Ok((self.sense, windows))
    }

    /// The selections, any of which suffices: a policy's axes all count, so each alternative is a window of its own.
    fn scopes(&self) -> Vec<Vec<&Selection<'a>>> {
        let named = |axis: &&Selection<'_>| axis.1.iter().all(|(_, pattern)| *pattern != "*");
        if self.all_axes {
            return vec![self.axes.iter().filter(named).collect()];
        }
        if !self.axes.iter().all(|axis| named(&axis)) {
            return vec![Vec::new()];
        }
        self.axes.iter().map(|axis| vec![axis]).collect()
    }

    fn when(&self, report: &mut Report) -> Result<Vec<Pattern>, ImportError> {
        let (at, text) = self.schedule;
        let text = quoted(text);
        if !self.cron.days.iter().any(super::day_rule::DayRule::ever_holds) {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!("`{text}` never fires, and Argo CD takes that as a window that always holds"),
                "its search for the next fire gives the year 1, which lies before now; imported as it acts",
            );
            return Ok(vec![Pattern::Daily { start: TimeOfDay::MIDNIGHT, end: TimeOfDay::END }]);
        }
        let runs = runs(&self.cron.times, self.duration);
        if runs.len() > MOST_A_DAY {
            return Err(at.error(
                format!("`{text}` opens and closes {} times a day", runs.len()),
                format!("at most {MOST_A_DAY} times can be imported: give single hours and minutes"),
            ));
        }
        on_days(&text, &self.cron, at, report);
        let when: Vec<Pattern> = self.cron.days.iter().flat_map(|days| days.patterns(&runs)).collect();
        let always =
            matches!(when.as_slice(), [Pattern::Daily { start: TimeOfDay::MIDNIGHT, end: TimeOfDay::END }]);
        let longest = runs.iter().map(|run| run.length).max().unwrap_or(self.duration);
        if always {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!("`{text}` for {} never ends: it fires again before it is over", span(self.duration)),
                "every fire starts the duration anew",
            );
        } else if longest > self.duration {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!(
                    "`{text}` for {} lasts {}: it fires {} times on each of its days",
                    span(self.duration),
                    span(longest),
                    self.cron.fires_a_day()
                ),
                "every fire starts the duration anew; a single hour and minute make it last what it says",
            );
        } else if self.duration > DAY
            && self.cron.days.iter().any(|days| days.weekly().is_some_and(|days| days.len() > 1))
        {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!("`{text}` for {} fires again while it still holds", span(self.duration)),
                "every fire starts the duration anew; the policy writes what comes of it",
            );
        }
        if !always && zones::changes_clock(self.zone) {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!(
                    "Argo CD reads `{text}` by today's offset of {}: on days that clocks change it moves by the change",
                    self.zone.city()
                ),
                "it may open in between or hold longer; the policy holds at the same local times on every day",
            );
        }
        Ok(when)
    }
}

fn zone(fields: &mut Fields<'_>, _draft: &Draft, report: &mut Report) -> Result<Zone, ImportError> {
    let Some((at, name)) = fields.text("timeZone")?.filter(|(_, name)| !name.is_empty()) else {
        return Ok(Zone::UTC);
    };
    match zones::as_go_reads(name) {
        zones::Read::Zone(zone) => Ok(zone),
        zones::Read::NoPlace => Err(at.error(
            format!("`{}` is an offset, not a place", quoted(name)),
            "name a city whose clocks are meant: `America/New_York`",
        )),
        zones::Read::Unknown => {
            report.remark(
                at,
                RemarkKind::MayNotMean,
                format!(
                    "`{}` is not a zone: Argo CD logs a warning and reads the schedule in UTC",
                    quoted(name)
                ),
                "imported as it acts, in UTC; write the zone that was meant",
            );
            Ok(Zone::UTC)
        }
    }
}

fn not_carried(fields: &mut Fields<'_>, sense: Sense, report: &mut Report) -> Result<(), ImportError> {
    let said = |fields: &mut Fields<'_>, name: &str| -> Result<Option<At>, ImportError> {
        let Some(node) = fields.get(name) else { return Ok(None) };
        Ok(node.truth(name)?.then_some(node.at))
    };
    if let Some(at) = said(fields, "manualSync")? {
        let text = match sense {
            Sense::Freezes => "`manualSync` lets anyone sync by hand during the freeze",
            Sense::Permits => "`manualSync` lets anyone sync by hand outside the window",
        };
        let detail = "the policy is stricter: who may land is said by tiers and approvals; `soft` admits T1 once it is approved";
        report.remark(at, RemarkKind::NotCarried, text, detail);
    }
    if let Some(at) = said(fields, "syncOverrun")? {
        let detail = "the policy judges the instant at which a change starts";
        report.remark(
            at,
            RemarkKind::NotCarried,
            "`syncOverrun` lets a running sync go on when the window closes",
            detail,
        );
    }
    Ok(())
}

fn select(axis: Axis, listed: &[(At, &str)], window: &mut Window, draft: &mut Draft, report: &mut Report) {
    for (at, pattern) in listed {
        let name = match axis {
            Axis::Applications => draft.component(pattern, *at, report),
            Axis::Namespaces => draft.environment(pattern, *at, report),
            Axis::Clusters => draft.region(pattern, *at, report),
        };
        if pattern.contains(['*', '?', '[', '{', '!']) {
            report.remark(
                *at,
                RemarkKind::NotCarried,
                format!("`{}` is a pattern: `{name}` stands for what it matches", quoted(pattern)),
                "a policy names what it has; declare each, and name each in the window",
            );
        }
        let names = match axis {
            Axis::Applications => &mut window.scope,
            Axis::Namespaces => &mut window.environments,
            Axis::Clusters => &mut window.regions,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (text, at) = match (axis, listed.first()) {
        (Axis::Namespaces, Some((at, _))) => ("namespaces are imported as environments", at),
        (Axis::Clusters, Some((at, _))) => ("clusters are imported as regions", at),
        _ => return,
    };
    report.remark(*at, RemarkKind::Changed, text, "`opsc gate` takes them by that name");
}
