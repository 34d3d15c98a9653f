//! GitLab's freeze periods, as its API gives them.
//!
//! A period holds from each fire of `freeze_start` to the next fire of `freeze_end` behind it, in `cron_timezone`.

use super::cron::{Cron, Dialect};
use super::cron_remarks::{on_days, span};
use super::draft::{Draft, Space, Window};
use super::names::{one_line, quoted};
use super::pairs::{Paired, Unpaired, pair};
use super::report::{At, ImportError, RemarkKind, Report};
use super::yaml::{Fields, Node, Value};
use super::zones;
use crate::calendar::Zone;
use std::rc::Rc;

/// A file holds no more periods than this.
const MOST_PERIODS: usize = 200;

/// Whether a document is one freeze period or a list of them.
pub(super) fn looks_so(document: &Node) -> bool {
    periods(document).iter().any(|period| period.find(&["freeze_start"]).is_some())
        || document.find(&["freeze_start"]).is_some()
}

fn periods(document: &Node) -> &[Rc<Node>] {
    match &document.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// Reads every period into the draft.
pub(super) fn read(documents: &[Rc<Node>], draft: &mut Draft, report: &mut Report) {
    let mut all: Vec<&Rc<Node>> = Vec::new();
    for document in documents {
        match &document.value {
            Value::List(items) => all.extend(items),
            _ => all.push(document),
        }
    }
    if let Some(node) = all.get(MOST_PERIODS) {
        let message = format!("the file holds {} freeze periods, more than {MOST_PERIODS}", all.len());
        report.error(node.at, message, "import it in parts");
        return;
    }
    for (number, node) in all.iter().enumerate() {
        let result = period(node, number + 1, draft, report);
        if let Some(window) = report.keep(result) {
            draft.windows.push(window);
        }
    }
    if let Some(first) = all.first() {
        report.remark(
            first.at,
            RemarkKind::MayNotMean,
            "GitLab only sets `CI_DEPLOY_FREEZE` when a pipeline is created: one that began before goes on, and jobs must look",
            "the target `gitlab-ci` asks the policy again inside the job",
        );
    }
}

fn period(node: &Node, number: usize, draft: &mut Draft, report: &mut Report) -> Result<Window, ImportError> {
    let mut fields = node.fields("a freeze period")?;
    let id = fields.text("id")?.map_or_else(|| number.to_string(), |(_, id)| id.to_owned());
    let (start_at, start_text, start) = cron(&mut fields, "freeze_start")?;
    let (end_at, end_text, end) = cron(&mut fields, "freeze_end")?;
    let zone = zone(&mut fields, node.at, report)?;
    for name in ["created_at", "updated_at", "project_id"] {
        fields.get(name);
    }
    fields.leftovers("a freeze period", report);
    let (shown, shown_end) = (quoted(start_text), quoted(end_text));
    let paired =
        pair(&start, &end, draft.horizon).map_err(|why| match why {
            Unpaired::NeverStarts => start_at
                .error(format!("`{shown}` never fires: the period never starts"), "no month has that day"),
            Unpaired::NeverEnds => end_at
                .error(format!("`{shown_end}` never fires: the period never ends"), "no month has that day"),
            Unpaired::TooOften(times) => start_at.error(
                format!("the period opens and closes {times} times a day"),
                "at most 24 times can be imported: give single hours and minutes",
            ),
        })?;
    on_days(&shown, &start, start_at, report);
    on_days(&shown_end, &end, end_at, report);
    what_comes_of_it((start_at, &shown, &start), (&shown_end, &end), &paired, report);
    if paired.written_out {
        report.remark(
            start_at,
            RemarkKind::Changed,
            format!(
                "no recurrence says `{shown}` to `{shown_end}`: written out from {} to {}",
                draft.horizon.first, draft.horizon.last
            ),
            "beyond that the policy does not hold it",
        );
    }
    let mut window = Window::new(draft.fresh(Space::Window, &format!("freeze-{id}")), &draft.kind.clone());
    window.doc.push(format!(
        "Freeze period {}: `{}` to `{}`.",
        one_line(&id),
        one_line(start_text),
        one_line(end_text)
    ));
    window.when = paired.patterns;
    window.zone = Some(zone);
    Ok(window)
}

fn cron<'a>(fields: &mut Fields<'a>, name: &str) -> Result<(At, &'a str, Cron), ImportError> {
    let node = fields.need(name, "a freeze period")?;
    let text = node.text(name)?;
    let cron = Cron::parse(text, Dialect::GitLab).map_err(|(message, help)| node.at.error(message, help))?;
    Ok((node.at, text, cron))
}

fn zone(fields: &mut Fields<'_>, start: At, report: &mut Report) -> Result<Zone, ImportError> {
    let Some((at, name)) = fields.text("cron_timezone")? else {
        report.remark(start, RemarkKind::Changed, "the period has no `cron_timezone`: UTC stands in", "");
        return Ok(Zone::UTC);
    };
    if let Some(zone) = zones::of_rails(name).or_else(|| zones::iana(name)) {
        return Ok(zone);
    }
    match zones::as_go_reads(name) {
        zones::Read::Zone(zone) => Ok(zone),
        zones::Read::NoPlace => Err(at.error(
            format!("`{}` is an offset, not a place", quoted(name)),
            "name a city whose clocks are meant: `America/New_York`",
        )),
        zones::Read::Unknown => Err(at.error(
            format!("`{}` is not a zone that Rails or the zone database knows", quoted(name)),
            "write an IANA name such as `Europe/Berlin`, or a Rails name such as `Berlin`",
        )),
    }
}

/// What the two schedules make together, where it is not what each of them reads like.
fn what_comes_of_it(
    (at, shown, start): (At, &str, &Cron),
    (shown_end, end): (&str, &Cron),
    paired: &Paired,
    report: &mut Report,
) {
    let Some(longest) = paired.longest else {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!(
                "from `{shown}` to `{shown_end}` the freeze never ends: it starts again before it is over"
            ),
            "every fire of the start counts until the next fire of the end",
        );
        return;
    };
    let often = [(shown, start), (shown_end, end)].into_iter().find(|(_, cron)| cron.fires_a_day() > 1);
    if let Some((text, cron)) = often {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!("`{text}` fires {} times on each of its days: the freeze lasts up to {}", cron.fires_a_day(), span(longest)),
            "it starts at the first fire behind an end, and again at each that comes later; give a single hour and minute",
        );
    } else if longest > 8 * 86_400 && start.days.iter().all(|days| days.weekly().is_some()) {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!(
                "`{shown}` starts anew long before `{shown_end}` ends it: the freeze lasts up to {}",
                span(longest)
            ),
            "start and end must come back equally often",
        );
    }
}
