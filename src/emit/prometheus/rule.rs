//! Rules as Prometheus reads them, one group a thing of the policy, each rule under the line it comes from.

use crate::calendar::Elapsed;
use crate::emit::escape;
use std::fmt::Write;

/// A label or an annotation.
pub(super) type Pair = (&'static str, String);

/// A recording or an alerting rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Where it comes from, in one line.
    pub comment: String,
    /// `record` or `alert`.
    pub key: &'static str,
    /// The name of the series or of the alert.
    pub name: String,
    /// PromQL.
    pub expression: String,
    /// How long it must be so.
    pub sustained: Elapsed,
    /// Labels, in the order they are written.
    pub labels: Vec<Pair>,
    /// Annotations, each a template of Prometheus.
    pub annotations: Vec<Pair>,
}

impl Rule {
    /// A series that is recorded.
    pub fn record(name: &str, expression: String, comment: String) -> Self {
        Self {
            comment,
            key: "record",
            name: name.to_owned(),
            expression,
            sustained: Elapsed::ZERO,
            labels: Vec::new(),
            annotations: Vec::new(),
        }
    }

    fn write(&self, text: &mut String) {
        let Self { comment, key, name, expression, sustained, .. } = self;
        let mut line = |written: String| {
            text.push_str(&written);
            text.push('\n');
        };
        if !comment.is_empty() {
            line(format!("      # {}", escape::comment(comment)));
        }
        line(format!("      - {key}: {}", escape::yaml(name)));
        line(format!("        expr: {}", escape::yaml_script(expression, 10).trim_end()));
        if *sustained > Elapsed::ZERO {
            line(format!("        for: {}", escape::yaml(&span(*sustained))));
        }
        for (key, pairs) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            if !pairs.is_empty() {
                line(format!("        {key}:"));
            }
            for (key, value) in pairs {
                line(format!("          {key}: {}", escape::yaml(value)));
            }
        }
    }
}

/// The file of some groups; one without rules is left out.
pub(super) fn file(head: &str, interval: &str, groups: &[(String, Vec<Rule>)]) -> String {
    let mut text = head.to_owned();
    let groups: Vec<_> = groups.iter().filter(|(_, rules)| !rules.is_empty()).collect();
    text.push_str(if groups.is_empty() { "groups: []\n" } else { "groups:\n" });
    for (name, rules) in groups {
        // Infallible: a `String` takes all that is written to it.
        let _ = write!(
            text,
            "  - name: {}\n    interval: {}\n    rules:\n",
            escape::yaml(name),
            escape::yaml(interval)
        );
        rules.iter().for_each(|rule| rule.write(&mut text));
    }
    text
}

/// A span of time as PromQL writes one: whole units, the greatest first.
pub(in crate::emit) fn span(elapsed: Elapsed) -> String {
    elapsed.to_string()
}
