//! What checks say as a number of PromQL: 1 where they are so, 0 where they are not, a half where that is not known. So *all* is the
//! least of them and *any* the greatest (Kleene's logic), as the simulator has it, and what `no-data` means is kept.

use crate::calendar::Elapsed;
use crate::emit::escape;
use crate::emit::prometheus::{Asked, Compared, Sense, baseline, compared, measured, span};
use crate::fidelity::{Seen, SeenBar};
use crate::policy::{Bar, Limit, NoData, Operator, Policy};

/// How checks are asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    pub policy: &'a Policy,
    pub sense: Sense,
    /// The span of a bar that names none.
    pub hold: Elapsed,
    /// How far apart samples are where something is taken over time.
    pub step: Elapsed,
}

impl Asking<'_> {
    /// PromQL that always has one element, without labels. None where no query tells anything of it.
    pub fn truth(&self, seen: &Seen<'_>) -> Option<String> {
        match seen {
            Seen::All(parts) => self.folded(parts, "clamp_max"),
            Seen::Any(parts) => self.folded(parts, "clamp_min"),
            Seen::Bar(seen) => Some(self.bar(seen)),
            Seen::Blind(_) => None,
        }
    }

    /// The least of some parts (`clamp_max`), or the greatest.
    fn folded(&self, parts: &[Seen<'_>], clamp: &str) -> Option<String> {
        let truths = parts.iter().filter_map(|part| self.truth(part));
        truths.reduce(|all, part| format!("{clamp}(\n{all},\nscalar(\n{part}\n))"))
    }

    fn bar(&self, seen: &SeenBar<'_>) -> String {
        let SeenBar { bar, operator, .. } = *seen;
        let comment = format!("# {}\n", escape::comment(&bar.text));
        match bar.sustained.filter(|sustained| *sustained > Elapsed::ZERO) {
            None => comment + &self.plain(bar, operator, self.sense),
            Some(sustained) if operator == bar.operator => {
                comment + &self.sustained(bar, sustained, self.sense)
            }
            // "Not so for five minutes": what is unknown meanwhile stays unknown.
            Some(sustained) => {
                let other = match self.sense {
                    Sense::Wanted => Sense::Feared,
                    Sense::Feared => Sense::Wanted,
                };
                format!("{comment}1 - {}", self.sustained(bar, sustained, other))
            }
        }
    }

    /// It is so, and was at each step of the span before; unknown until then.
    fn sustained(&self, bar: &Bar, sustained: Elapsed, sense: Sense) -> String {
        let plain = self.plain(bar, bar.operator, sense);
        let whole = Elapsed::seconds(sustained.as_seconds() + self.step.as_seconds());
        let (whole, step) = (span(whole), span(self.step));
        format!("clamp_max(\n{plain},\nscalar(clamp_min(min_over_time((\n{plain}\n)[{whole}:{step}]), 0.5)))")
    }

    fn plain(&self, bar: &Bar, operator: Operator, sense: Sense) -> String {
        let metric = &self.policy.metrics[bar.metric];
        let over = bar.over.filter(|span| *span > Elapsed::ZERO).unwrap_or(self.hold);
        let asked = Asked { metric: bar.metric, aggregate: bar.aggregate, span: over };
        let step = span(self.step);
        // A value that is no number (a share of nothing) is no value.
        let series = |track: &str, offset: Option<Elapsed>| {
            let query = measured(metric, &asked, track, &step).unwrap_or_default();
            match offset {
                None => format!("((\n{query}\n) >= -Inf)"),
                Some(by) => {
                    format!("(last_over_time((\n{query}\n)[{step}:{step}] offset {}) >= -Inf)", span(by))
                }
            }
        };
        let beside = match &bar.limit {
            Limit::Value(_) => String::new(),
            Limit::Baseline { .. } => {
                let (track, offset) = baseline(metric);
                series(track, offset)
            }
        };
        let Compared { is_so, known } = compared(bar, operator, sense, &series("canary", None), &beside);
        let absent = absent(metric.no_data, sense);
        format!("(\ncount({is_so})\nor count({known}) * 0\nor vector({absent})\n)")
    }
}

/// What a bar says where there is no data.
fn absent(no_data: NoData, sense: Sense) -> &'static str {
    match (no_data, sense) {
        (NoData::Hold, _) => "0.5",
        (NoData::Fail, Sense::Wanted) | (NoData::Pass, Sense::Feared) => "0",
        (NoData::Fail, Sense::Feared) | (NoData::Pass, Sense::Wanted) => "1",
    }
}
