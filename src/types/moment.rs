//! Instants as policies write them: with an offset, as a local time in a zone, or as both, which must then agree.

use super::codes::{CLOCK_CHANGE, DIFFERENT_INSTANTS, UNKNOWN_ZONE};
use super::literal::{date, impossible, time};
use crate::calendar::{Instant, LocalReading, Zone, ZoneError};
use crate::diag::Diagnostic;
use crate::schema::suggest::closest;
use crate::source::{Sources, Span};
use crate::syntax::tree::{Comparison, Expr, ExprKind};

/// The instant that an expression names: `2025-11-27T00:00Z`, `2025-11-27T09:00[Asia/Tokyo]`, or `A = B`, where both are
/// readings of one instant (language section 4).
///
/// # Errors
/// Where there is no such instant, where a clock change skips or repeats it, or where two readings differ.
pub fn instant(sources: &Sources, written: &Expr) -> Result<Instant, Diagnostic> {
    match &written.kind {
        ExprKind::Compare(left, Comparison::Equal, right) => {
            let (one, other) = (instant(sources, left)?, instant(sources, right)?);
            if one == other { Ok(one) } else { Err(different(sources, (left, one), (right, other))) }
        }
        ExprKind::Paren(inner) => instant(sources, inner),
        _ => read(sources.text_of(written.span), written.span),
    }
}

/// The zone of this name.
///
/// # Errors
/// Where the name is an abbreviation, an offset, or unknown.
pub fn zone(name: &str, span: Span) -> Result<Zone, Diagnostic> {
    let finding = |message: String| Diagnostic::new(&UNKNOWN_ZONE, span, message);
    Zone::parse(name).map_err(|error| match error {
        ZoneError::Abbreviation => finding(format!("`{name}` is an abbreviation, not a zone"))
            .help("it says an offset and knows no clock change; write a city's zone such as `America/New_York`, or `UTC`"),
        ZoneError::FixedOffset => finding(format!("`{name}` is a fixed offset, not a zone"))
            .help("it knows no clock change; write a city's zone such as `Europe/Dublin`, or `UTC`"),
        ZoneError::Unknown { meant: Some(meant) } => {
            let meant = meant.name();
            finding(format!("no zone is called `{name}`")).fix(format!("write `{meant}`"), span, format!("\"{meant}\""))
        }
        ZoneError::Unknown { meant: None } => {
            let near = closest(name, Zone::all().map(Zone::name));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            finding(format!("no zone is called `{name}`")).help(help.unwrap_or_else(|| {
                "zones have the names of the IANA database, such as `America/New_York` or `UTC`".to_owned()
            }))
        }
    })
}

/// The instant that a literal names.
pub(super) fn read(text: &str, span: Span) -> Result<Instant, Diagnostic> {
    match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((local, zone)) => zoned(text, local, zone, span),
        None => with_offset(text, span),
    }
}

fn zoned(text: &str, local: &str, zone_name: &str, span: Span) -> Result<Instant, Diagnostic> {
    let zone = zone(zone_name, span).map_err(|mut finding| {
        for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.text = format!("{local}[{}]", edit.text.trim_matches('"'));
        }
        finding
    })?;
    let (day, clock) = local.split_once('T').unwrap_or((local, "00:00"));
    let local = time(clock, span)?.on(date(day, span)?);
    let shown = |at: Instant| format!("{}[{zone_name}]", zone.local(at).format("%Y-%m-%dT%H:%M:%S"));
    match zone.reading(local) {
        LocalReading::Once(at) => Ok(at),
        LocalReading::Skipped { first: behind, .. } => {
            let before = behind.minus(crate::calendar::Elapsed::seconds(1));
            Err(Diagnostic::new(&CLOCK_CHANGE, span, format!("clocks in {} skip `{text}`", zone.city()))
                .note(format!("behind {} they show {}", shown(before), shown(behind)))
                .help(format!(
                    "write the first instant that exists, `{behind}`, or a time before the change"
                )))
        }
        LocalReading::Repeated { earlier, later } => Err(Diagnostic::new(
            &CLOCK_CHANGE,
            span,
            format!("clocks in {} show `{text}` twice", zone.city()),
        )
        .help(format!("write `{earlier}` for the first time or `{later}` for the second"))),
    }
}

fn with_offset(text: &str, span: Span) -> Result<Instant, Diagnostic> {
    if let Some(at) = Instant::parse(text) {
        return Ok(at);
    }
    let (day, rest) = text.split_once('T').unwrap_or((text, "00:00Z"));
    date(day, span)?;
    time(rest.get(..5).unwrap_or(rest), span)?;
    Err(impossible(span, format!("`{text}` is no instant"))
        .help("write whole seconds with an offset, as in `2025-11-27T09:00:00Z` or `2025-11-27T09:00+09:00`"))
}

fn different(
    sources: &Sources,
    (left, one): (&Expr, Instant),
    (right, other): (&Expr, Instant),
) -> Diagnostic {
    let apart = if one > other { one.since(other) } else { other.since(one) };
    let [first, second] = [left, right].map(|side| sources.text_of(side.span));
    Diagnostic::new(
        &DIFFERENT_INSTANTS,
        left.span.to(right.span),
        format!("`{first}` and `{second}` are {apart} apart"),
    )
    .also(left.span, format!("this is {one}"))
    .also(right.span, format!("this is {other}"))
    .help("mend the one that is wrong: both must name one instant")
}
