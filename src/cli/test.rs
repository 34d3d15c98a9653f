//! `opsc test`: the policy's own tests, through the decision that the gate makes.

use super::budget::{Budget, progress, seconds};
use super::policy::load;
use super::property::Properties;
use super::{Command, Context, Exit, Failure, Output, codes};
use crate::diag::Diagnostic;
use crate::policy::{Policy, Property};
use crate::render::{FORMATS, Report, Style, count, format, testing};
use crate::verify::property::Trying;
use crate::verify::{self, Coverage, Mutation, TestRun};
use clap::builder::{PossibleValue, PossibleValuesParser};

/// Run the policy's tests and try its properties
///
/// A property is tried on rollouts that are made up: it is tested, not proved. The simplest rollout that breaks it is kept beside the policy.
///
/// A test never reads the clock: each question says its own instant. So the same policy gives the same answers, byte for byte.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = super::files::argument)]
    path: String,
    /// Only tests and properties whose name holds this text; `*` stands for any text
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,
    /// Say which tests and properties there are, with their lines, and run none
    #[arg(long)]
    list: bool,
    /// How to write what failed, or all of it
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = written())]
    format: String,
    /// Say which windows, tiers and rules no test touches
    #[arg(long)]
    coverage: bool,
    /// Fail where the tests touch fewer of them than this: `80%`
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_coverage: Option<usize>,
    /// Change the policy in one thing at a time, and say which changes no test notices
    #[arg(long)]
    mutate: bool,
    /// How many rollouts that meet its condition a property is tried on
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    cases: usize,
    /// What the rollouts of properties follow from: the same number gives the same ones
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Do not keep a rollout that breaks a property in `regressions/`, to be tried first from then on
    #[arg(long)]
    no_save: bool,
    /// For how long to try rollouts, or changes: `30s`, `5m`; the answer depends on it only where it is used up
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = seconds)]
    budget: u64,
    /// Write the missing tests: each window one second before its edges and at them, and round changes of the clocks, as it is now
    #[arg(long, conflicts_with_all = ["list", "mutate", "coverage", "min_coverage"])]
    suggest: bool,
}

/// Formats that hold every answer, whether it failed or not.
const WHOLE: &[(&str, &str)] = &[
    ("json", "every answer as one object, by docs/schema/test.schema.json"),
    ("junit", "every answer as JUnit's XML, for a CI server"),
];

fn written() -> PossibleValuesParser {
    let findings = FORMATS.iter().map(|format| (format.name, format.summary));
    let findings = findings.filter(|(name, _)| WHOLE.iter().all(|(whole, _)| whole != name));
    let all = findings.chain(WHOLE.iter().copied());
    all.map(|(name, summary)| PossibleValue::new(name).help(summary)).collect::<Vec<_>>().into()
}

/// `80%`, or `80`, in whole percent.
fn share(text: &str) -> Result<usize, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number
        .filter(|number| *number <= 100)
        .ok_or_else(|| "write a share in whole percent, as in `80%`".to_owned())
}

impl Command for Test {
    const NAME: &'static str = "test";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "every test passed and every property held, and they touch as much as is asked for"),
        (Exit::Found, "a test failed, a property did not hold, or the tests touch too little"),
        (Exit::Usage, "the command line was not understood, or `--filter` leaves no test and no property"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "the policy cannot be read, or a rollout not be kept"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = load(context, &self.path)?;
        let policy = &valid.policy;
        let mut runs = verify::run(policy);
        if let Some(pattern) = &self.filter {
            runs.retain(|run| holds(&run.test.name, pattern));
        }
        let wanted: Vec<&Property> =
            policy.properties.rows().iter().filter(|one| self.wants(&one.name)).collect();
        if let Some(pattern) = self.filter.as_ref().filter(|_| runs.is_empty() && wanted.is_empty()) {
            return Err(Failure::usage(format!("no test and no property has `{pattern}` in its name")));
        }
        let coverage =
            (self.coverage || self.min_coverage.is_some()).then(|| verify::coverage(policy, &runs));
        let mutation = self.mutation(policy, &runs)?;
        let is_trying = !self.list && !self.suggest && !self.mutate;
        let trying = Trying { seed: self.seed, cases: self.cases };
        let budget = Budget::of(self.budget);
        let tried =
            Properties::tried(context, &valid, if is_trying { &wanted } else { &[] }, trying, budget)?;
        let kept = if self.no_save { Vec::new() } else { tried.keep(policy)? };
        let shown = testing::Shown {
            policy,
            runs: &runs,
            listed: &wanted,
            properties: &tried.runs,
            coverage: coverage.as_ref(),
            mutation: mutation.as_ref(),
            root: &valid.root,
        };
        if self.list {
            return Ok(Output::said(testing::list(&shown)));
        }
        if self.suggest {
            return Ok(suggested(policy, &runs));
        }
        let mut found: Vec<Diagnostic> = runs.iter().flat_map(|run| run.failures().cloned()).collect();
        found.extend(tried.findings(policy));
        let codes = codes();
        let report = Report { sources: &valid.sources, found: &found, codes: &codes };
        let text = match self.format.as_str() {
            "json" => testing::json(&shown),
            "junit" => testing::junit(&shown),
            name => format(name).map(|row| (row.render)(&report, context.console.out)).unwrap_or_default(),
        };
        let mut output = Output::said(text);
        if self.format == "human" {
            output.out.push_str(&tried.stories(context, &valid, &self.path));
        }
        let more = [
            coverage.as_ref().map(|coverage| testing::coverage(&shown, coverage)),
            mutation.as_ref().map(|mutation| testing::mutation(&shown, mutation)),
        ];
        for text in more.into_iter().flatten() {
            match self.format.as_str() {
                "human" => output.out.push_str(&text),
                "json" => {}
                _ => output = output.noted(text),
            }
        }
        let output = self.judged(context, output, &runs, coverage.as_ref(), !tried.runs.is_empty());
        let output = if tried.runs.is_empty() { output } else { output.noted(tried.summary(context)) };
        let output = kept.iter().fold(output, |output, path| output.noted(format!("kept {path}\n")));
        Ok(if tried.held() { output } else { output.exit(Exit::Found) })
    }
}

impl Test {
    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|pattern| holds(name, pattern))
    }

    /// What becomes of the policy's mutants, where that is asked for: only tests that pass can notice one.
    fn mutation(&self, policy: &Policy, runs: &[TestRun<'_>]) -> Result<Option<Mutation>, Failure> {
        if !self.mutate {
            return Ok(None);
        }
        if self.filter.is_some() {
            return Err(Failure::usage("`--mutate` runs every test, and takes no `--filter`"));
        }
        if !runs.iter().all(TestRun::passed) {
            let failure = Failure::malformed("a test fails, so nobody can say what the tests notice");
            return Err(failure.help("run `opsc test` and mend what fails first"));
        }
        let budget = Budget::of(self.budget);
        let done = |done, all| progress("mutants", done, all);
        Ok(Some(verify::mutate(policy, &|| budget.is_over(), &done)))
    }

    /// The output with how many passed, and the exit code that follows from it.
    fn judged(
        &self,
        context: &Context<'_>,
        output: Output,
        runs: &[TestRun<'_>],
        coverage: Option<&Coverage>,
        has_properties: bool,
    ) -> Output {
        let failed = runs.iter().filter(|run| !run.passed()).count();
        let compared = runs.iter().map(TestRun::compared).sum();
        let summary = match (runs.len(), failed) {
            (0, _) if has_properties => String::new(),
            (0, _) => "the policy has no tests\n".to_owned(),
            (all, 0) => {
                let word = context.console.err.text(Style::Good, "passed");
                format!("{} {word}, {}\n", count(all, "test"), count(compared, "answer"))
            }
            (all, failed) => {
                let word = context.console.err.text(Style::Bad, "failed");
                format!("{failed} of {} {word}\n", count(all, "test"))
            }
        };
        let output = output.noted(summary);
        let short = self
            .min_coverage
            .zip(coverage)
            .filter(|(least, coverage)| coverage.seen() * 100 < least * coverage.items.len());
        match short {
            Some((least, coverage)) => output
                .noted(format!("the tests touch {}%, and {least}% are asked for\n", coverage.percent()))
                .exit(Exit::Found),
            None => output.exit(if failed == 0 { Exit::Done } else { Exit::Found }),
        }
    }
}

/// The tests that are missing, in the policy's own language.
fn suggested(policy: &Policy, runs: &[TestRun<'_>]) -> Output {
    let text = verify::suggest(policy, runs);
    let rows = text.lines().filter(|line| line.trim_start().starts_with("row ")).count();
    let said = match rows {
        0 => "every edge is asked about\n".to_owned(),
        rows => format!(
            "{}: read each before it becomes a test, for it says what is, not what should be\n",
            count(rows, "missing case")
        ),
    };
    Output::said(text).noted(said)
}

/// Whether a name holds the pattern: its pieces between `*`, one behind the other.
fn holds(name: &str, pattern: &str) -> bool {
    let mut rest = Some(name);
    for piece in pattern.split('*') {
        rest = rest.and_then(|rest| rest.split_once(piece)).map(|(_, behind)| behind);
    }
    rest.is_some()
}
