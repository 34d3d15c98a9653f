//! The runs as JUnit's XML, as CI servers read it.

use super::{Shown, title};
use crate::verify::{PropertyRun, TestRun};
use std::fmt::Write as _;

pub(super) fn render(shown: &Shown<'_>) -> String {
    let failed = |runs: &[TestRun<'_>]| {
        runs.iter().flat_map(|run| &run.cases).filter(|case| case.failures().next().is_some()).count()
    };
    let cases = |runs: &[TestRun<'_>]| runs.iter().map(|run| run.cases.len()).sum::<usize>();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let policy = escaped(&shown.policy.name);
    let _ = writeln!(
        xml,
        "<testsuites name=\"{policy}\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        cases(shown.runs) + shown.properties.len(),
        failed(shown.runs) + shown.properties.iter().filter(|run| !run.passed()).count()
    );
    for run in shown.runs {
        let name = escaped(&run.test.name);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            run.cases.len(),
            failed(std::slice::from_ref(run))
        );
        for case in &run.cases {
            let place = shown.place(case.case.origin);
            let (file, line) = place.rsplit_once(':').unwrap_or((&place, "0"));
            let _ = write!(
                xml,
                "    <testcase name=\"{}\" classname=\"{policy}.{name}\" file=\"{}\" line=\"{line}\"",
                escaped(title(run, case)),
                escaped(file)
            );
            let failures: Vec<_> = case.answers.iter().filter(|answer| answer.failure.is_some()).collect();
            if failures.is_empty() {
                xml.push_str("/>\n");
                continue;
            }
            xml.push_str(">\n");
            // Readers of this format take one failure a case: its message says how many answers, its text every one.
            let lines = failures.iter().map(|answer| {
                format!("{}: expected {}, got {}", shown.place(answer.origin), answer.expected, answer.got)
            });
            let lines: Vec<String> = lines.collect();
            let message = match lines.as_slice() {
                [only] => only.clone(),
                all => format!("{} answers are not as expected", all.len()),
            };
            let _ = writeln!(
                xml,
                "      <failure type=\"test-failed\" message=\"{}\">{}</failure>\n    </testcase>",
                escaped(&message),
                escaped(&lines.join("\n"))
            );
        }
        xml.push_str("  </testsuite>\n");
    }
    shown.properties.iter().for_each(|run| property(shown, run, &mut xml));
    xml.push_str("</testsuites>\n");
    xml
}

/// A property as a suite with one case.
fn property(shown: &Shown<'_>, run: &PropertyRun<'_>, xml: &mut String) {
    let (policy, name) = (escaped(&shown.policy.name), escaped(&run.property.name));
    let failures = usize::from(!run.passed());
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{name}\" tests=\"1\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
    );
    let place = shown.place(run.property.origin);
    let (file, line) = place.rsplit_once(':').unwrap_or((&place, "0"));
    let _ = write!(
        xml,
        "    <testcase name=\"{name}\" classname=\"{policy}.{name}\" file=\"{}\" line=\"{line}\"",
        escaped(file)
    );
    match run.finding(shown.policy) {
        None => xml.push_str("/>\n"),
        Some(finding) => {
            let text = [finding.message.clone()].into_iter().chain(finding.notes.iter().cloned());
            let text: Vec<String> = text.collect();
            let _ = writeln!(
                xml,
                ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                finding.code.name,
                escaped(&finding.message),
                escaped(&text.join("\n"))
            );
        }
    }
    xml.push_str("  </testsuite>\n");
}

/// Text for an attribute or between tags. XML 1.0, section 2.2, has no way to write most control characters: each becomes
/// U+FFFD. Blanks that a reader of an attribute would fold (section 3.3.3) are written by number.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(safe, "&#{};", u32::from(letter));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ => safe.push(letter),
        }
    }
    safe
}
