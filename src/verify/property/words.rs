//! What trying a property found, as findings.

use super::{Counterexample, PropertyRun, Source, Verdict};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Mode, Policy, Property};
use crate::simulate::{Place, Scenario, Series, Side, TraceError};

code!(pub PROPERTY_FAILED, Error, "property-failed", "a property that a rollout breaks");
code!(pub PROPERTY_OF_NOTHING, Error, "property-of-nothing", "a property whose condition no rollout meets");
code!(pub PROPERTY_UNDECIDED, Error, "property-undecided", "a property that was not tried to the end of its cases");
code!(pub BAD_REGRESSION, Error, "bad-regression", "a kept rollout that cannot be read, or no longer fits the policy");

impl PropertyRun<'_> {
    /// The finding; none where the property held.
    pub fn finding(&self, policy: &Policy) -> Option<Diagnostic> {
        let name = &self.property.name;
        let origin = self.property.origin.span;
        Some(match &self.verdict {
            Verdict::Held => return None,
            Verdict::Nothing => {
                let message =
                    format!("property `{name}`: none of {} rollouts met what it speaks of", self.drawn);
                Diagnostic::new(&PROPERTY_OF_NOTHING, origin, message)
                    .help("a condition that never comes about promises nothing: see that its bars, stages and freezes can meet")
            }
            Verdict::CutShort => {
                let message = format!(
                    "property `{name}` is not decided: the budget was used up after {} of its rollouts",
                    self.met
                );
                Diagnostic::new(&PROPERTY_UNDECIDED, origin, message)
                    .help("give it more time with `--budget`, or fewer rollouts with `--cases`")
            }
            Verdict::Broken(found) => self.failed(policy, found),
        })
    }

    fn failed(&self, policy: &Policy, found: &Counterexample) -> Diagnostic {
        let name = &self.property.name;
        let expected = self.property.expected.get(found.expected);
        let (text, span) = expected
            .map_or(("", self.property.origin.span), |expected| (&expected.text, expected.origin.span));
        let is_never = expected.is_some_and(|expected| expected.mode == Mode::Never);
        let joined = if is_never { "and" } else { "but" };
        let message = format!("property `{name}` does not hold: expected {text}, {joined} {}", found.found);
        let mut finding = Diagnostic::new(&PROPERTY_FAILED, span, message);
        for note in given(policy, &found.scenario) {
            finding = finding.note(note);
        }
        for circumstance in &self.property.circumstances {
            finding = finding.also(circumstance.origin.span, "where this is so");
        }
        if !self.property.circumstances.is_empty() {
            let since = found.since.since(found.scenario.start);
            finding = finding.note(format!("all that `where` says was so {} after it began", since.show()));
        }
        finding.note(match found.from {
            Source::Saved(_) => "a rollout that broke it before, and was kept".to_owned(),
            Source::Drawn { number, steps } => format!(
                "tested, not proved: rollout {number} of seed {}, made simpler in {steps} steps",
                self.seed
            ),
        })
    }
}

/// A kept rollout that cannot be tried.
pub fn bad_regression(property: &Property, path: &str, error: &TraceError) -> Diagnostic {
    let line = error.line.map_or(String::new(), |line| format!(":{line}"));
    let message = format!(
        "`{path}{line}`, a kept rollout of property `{}`, cannot be tried: {}",
        property.name, error.message
    );
    Diagnostic::new(&BAD_REGRESSION, property.origin.span, message).help(format!(
        "{}; or take the file away, where the policy has changed and it tells nothing any more",
        error.help
    ))
}

/// What a scenario says that is not as usual, a sentence each.
fn given(policy: &Policy, scenario: &Scenario) -> Vec<String> {
    let assumed = &scenario.assumed;
    let tier = assumed.tier.map_or(String::new(), |tier| format!(", of tier {}", policy.tiers[tier].name));
    let mut said = vec![format!("a rollout that begins {}{tier}", scenario.start)];
    let name = |(pipeline, stage): &Place| {
        let of = &policy.pipelines[*pipeline];
        let stage = &of.stages[*stage].name;
        if *pipeline == scenario.pipeline { stage.clone() } else { format!("{}.{stage}", of.name) }
    };
    said.extend(assumed.took.iter().map(|(at, span)| format!("{} takes {}", name(at), span.show())));
    said.extend(assumed.failing.iter().map(|(at, times)| match times {
        1 => format!("the command of {} fails once", name(at)),
        _ => format!("the command of {} fails", name(at)),
    }));
    said.extend(assumed.approvals.iter().map(|(at, given)| match given {
        Some(span) => format!("{} is approved after {}", name(at), span.show()),
        None => format!("{} is never approved", name(at)),
    }));
    said.extend(assumed.denied.iter().map(|name| format!("{name} says no")));
    said.extend(assumed.freezes.iter().map(|freeze| {
        let since = freeze.during.start.since(scenario.start).show();
        let lasts = freeze.during.end.since(freeze.during.start).show();
        format!(
            "a {} freeze that no window says, {since} after it began and for {lasts}",
            policy.kinds[freeze.kind].name
        )
    }));
    said.extend(scenario.series.iter().flat_map(|series| otherwise(policy, series)));
    said
}

/// The levels of a metric that has several, in one sentence.
fn otherwise(policy: &Policy, series: &Series) -> Option<String> {
    let metric = &policy.metrics[series.metric];
    let side = if series.side == Side::Baseline { "the baseline of " } else { "" };
    let text = |value: Option<_>| value.map_or("no data".to_owned(), |value| series.text(policy, value));
    let levels: Vec<String> = series
        .levels
        .iter()
        .map(|level| match level.from {
            Elapsed::ZERO => text(level.value),
            from => format!("from {} on {}", from.show(), text(level.value)),
        })
        .collect();
    (levels.len() > 1).then(|| format!("{side}{}: {}", metric.name, levels.join(", ")))
}
