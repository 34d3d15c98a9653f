//! What stands behind `during`, and the bounds `from` and `until`: dates, instants, local readings, holidays.

use super::Lower;
use super::timetable::CLOSED_END;
use super::window::{ReadIn, places};
use crate::calendar::{
    Date, DateSpan, Days, Elapsed, Interval, LocalDateTime, LocalReading, Pattern, Repeat, Zone,
};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{EMPTY_RANGE, Holidays, Id, Region};
use crate::schema::{Declared, Given};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal};
use crate::types::{self, CLOCK_CHANGE};

code!(pub ZONELESS_TIME, Error, "zoneless-time", "a local reading that does not say where it is read");
code!(pub BAD_EXTENSION, Error, "bad-extension", "an extension of holidays that says no days");

/// The patterns, and the regions that holidays bring along.
type During = (Vec<Pattern>, Option<Vec<Id<Region>>>);

/// What one `during` says; nothing where it made no sense, which was reported.
pub(super) fn patterns(
    lower: &mut Lower<'_>,
    given: &Given<'_>,
    regions: Option<&[Id<Region>]>,
    read_in: ReadIn,
) -> Option<During> {
    let captures = &given.captures;
    let alone = |pattern: Pattern| (vec![pattern], None);
    match captures.tag() {
        "holidays" => holidays(lower, given),
        "day" => {
            let date = lower.date(captures.get("start")?)?;
            Some(alone(Pattern::Dates(DateSpan { first: date, last: date })))
        }
        "dates" => {
            let (start, end) = (captures.get("start")?, captures.get("end")?);
            let (first, last) = (lower.date(start)?, lower.date(end)?);
            let last = if captures.has("open") {
                if first == last {
                    let whole = start.span.to(end.span);
                    let message = format!("`..` leaves the end out, so nothing of `{first}` is left");
                    let one = first.to_string();
                    lower.report(Diagnostic::new(&EMPTY_RANGE, whole, message).fix(
                        format!("write `{one}`"),
                        whole,
                        one,
                    ));
                    return None;
                }
                last.pred_opt()?
            } else {
                last
            };
            ordered(lower, first <= last, start.span, end.span)?;
            Some(alone(Pattern::Dates(DateSpan { first, last })))
        }
        _ => instants(lower, captures.get("start")?, captures.get("end")?, regions, read_in).map(alone),
    }
}

/// `from` and `until`, in order.
pub(super) fn bounds(lower: &mut Lower<'_>, declared: &Declared<'_>) -> (Option<Date>, Option<Date>) {
    let mut read = |word: &str| {
        let written = declared.one(word)?.get("date")?.clone();
        Some((lower.date(&written)?, written.span))
    };
    let (from, until) = (read("from"), read("until"));
    if let (Some((from, start)), Some((until, end))) = (from, until)
        && from >= until
    {
        let message = format!("nothing starts from `{from}` and before `{until}`");
        lower.report(
            Diagnostic::new(&EMPTY_RANGE, end, message)
                .also(start, "it begins here")
                .help("let `until` be later"),
        );
    }
    (from.map(|(date, _)| date), until.map(|(date, _)| date))
}

fn instants(
    lower: &mut Lower<'_>,
    start: &Expr,
    end: &Expr,
    regions: Option<&[Id<Region>]>,
    read_in: ReadIn,
) -> Option<Pattern> {
    let pattern = match (is_local(start), is_local(end)) {
        (false, false) => {
            let (first, last) = (lower.instant(start), lower.instant(end));
            Pattern::Once(Interval::new(first?, last?))
        }
        (true, true) if read_in == ReadIn::Unsaid => {
            zoneless(lower, start.span.to(end.span));
            return None;
        }
        (true, true) => {
            let (first, last) = (local(lower, start), local(lower, end));
            let (first, last) = (first?, last?);
            let zones: Vec<Zone> = match read_in {
                ReadIn::Zone(zone) => vec![zone],
                _ => places(&lower.policy, regions).iter().map(|place| place.zone).collect(),
            };
            let read = [(start, first), (end, last)]
                .map(|(written, local)| exists(lower, written.span, local, &zones));
            if read != [true, true] {
                return None;
            }
            Pattern::OnceLocal { start: first, end: last }
        }
        (local_start, _) => {
            zoneless(lower, if local_start { start.span } else { end.span });
            return None;
        }
    };
    let (sound, is_empty) = match &pattern {
        Pattern::Once(interval) => (interval.start < interval.end, interval.start == interval.end),
        Pattern::OnceLocal { start, end } => (start < end, start == end),
        _ => (true, false),
    };
    if is_empty {
        let message = "this span ends when it starts";
        lower
            .report(Diagnostic::new(&EMPTY_RANGE, start.span.to(end.span), message).help("let it end later"));
        return None;
    }
    ordered(lower, sound, start.span, end.span)?;
    closed_end(lower, end);
    Some(pattern)
}

fn is_local(written: &Expr) -> bool {
    matches!(written.kind, ExprKind::Literal(Literal::LocalDateTime))
}

/// The reading that a literal without a zone says.
fn local(lower: &mut Lower<'_>, written: &Expr) -> Option<LocalDateTime> {
    let text = lower.text(written.span).to_owned();
    let (day, clock) = text.split_once('T')?;
    let day = lower.checked(types::date(day, written.span))?;
    lower.checked(types::time(clock, written.span)).map(|time| time.on(day))
}

fn zoneless(lower: &mut Lower<'_>, span: Span) {
    lower.report(
        Diagnostic::new(&ZONELESS_TIME, span, "this does not say where it is read")
            .note("no zone is implied: the same reading is up to 26 hours apart from one place to another")
            .help("write `Z` behind it for UTC, or a city's zone as in `2025-09-14T22:00[Europe/Dublin]`")
            .help("or say for the whole window where it is read: `in each region`, `in \"Europe/Dublin\"`"),
    );
}

/// Whether a reading exists, once, in every one of these zones.
fn exists(lower: &mut Lower<'_>, span: Span, local: LocalDateTime, zones: &[Zone]) -> bool {
    for zone in zones {
        if let Some(finding) = unclear(span, local, *zone) {
            lower.report(finding);
            return false;
        }
    }
    true
}

/// The finding about a reading that a clock skips or shows twice; both readings are offered.
fn unclear(span: Span, local: LocalDateTime, zone: Zone) -> Option<Diagnostic> {
    let reading = local.format("%Y-%m-%d %H:%M");
    match zone.reading(local) {
        LocalReading::Once(_) => None,
        LocalReading::Skipped { first, .. } => {
            let message = format!("clocks in {} skip {reading}", zone.city());
            let before = first.minus(Elapsed::seconds(1));
            Some(
                Diagnostic::new(&CLOCK_CHANGE, span, message)
                    .help(format!("write `{first}` for the first instant behind the change"))
                    .help(format!("or a time before it; the last one is `{before}`")),
            )
        }
        LocalReading::Repeated { earlier, later } => {
            let message = format!("clocks in {} show {reading} twice", zone.city());
            Some(
                Diagnostic::new(&CLOCK_CHANGE, span, message)
                    .help(format!("write `{earlier}` for the first time"))
                    .help(format!("write `{later}` for the second")),
            )
        }
    }
}

/// `…:59` as an end leaves that second open.
fn closed_end(lower: &mut Lower<'_>, end: &Expr) {
    let literal = match &end.kind {
        ExprKind::Compare(left, ..) => left.as_ref(),
        _ => end,
    };
    let text = lower.text(literal.span).to_owned();
    let Some((clock, zone)) = text.split_at_checked(19).filter(|(clock, _)| clock.ends_with(":59")) else {
        return;
    };
    let Ok(reading) = LocalDateTime::parse_from_str(clock, "%Y-%m-%dT%H:%M:%S") else { return };
    let minute = Zone::UTC.instant(reading, Repeat::Earlier).plus(Elapsed::seconds(1));
    let mended = format!("{}{zone}", Zone::UTC.local(minute).format("%Y-%m-%dT%H:%M"));
    lower.report(
        Diagnostic::new(
            &CLOSED_END,
            literal.span,
            format!("the second from `{text}` stays open: a span does not hold at its end"),
        )
        .note("the source of this date probably meant the last second to be included")
        .fix(format!("write `{mended}`"), literal.span, mended.clone()),
    );
}

fn holidays(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<During> {
    let id = lower.id::<Holidays>(given.get("holidays")?)?;
    let (before, after) = match given.get("extension") {
        Some(written) => extension(lower, written)?,
        None => (Days::new(0), Days::new(0)),
    };
    let holidays = &lower.policy.holidays[id];
    let wider = |span: &DateSpan| {
        let (first, last) = (span.first.checked_sub_days(before)?, span.last.checked_add_days(after)?);
        Some(Pattern::Dates(DateSpan { first, last }))
    };
    Some((holidays.spans.iter().filter_map(wider).collect(), holidays.regions.clone()))
}

/// `1d before, 2d after`: whole days on either side.
fn extension(lower: &mut Lower<'_>, written: &Expr) -> Option<(Days, Days)> {
    let mut flat: Vec<&Expr> = Vec::new();
    let terms: &[Expr] = match &written.kind {
        ExprKind::And(terms) => terms,
        _ => std::slice::from_ref(written),
    };
    terms.iter().flat_map(Expr::phrase).for_each(|part| flat.extend(part.list()));
    let mut sides: [Option<Days>; 2] = [None, None];
    let mut sound = flat.len().is_multiple_of(2);
    for pair in flat.chunks(2) {
        let [length, side] = pair else { break };
        let days = days(lower.text(length.span));
        let side = match side.word() {
            Some("before") => sides.first_mut(),
            Some("after") => sides.get_mut(1),
            _ => None,
        };
        match (days, side) {
            (Some(days), Some(side @ None)) => *side = Some(days),
            _ => sound = false,
        }
    }
    if !sound {
        lower.report(
            Diagnostic::new(
                &BAD_EXTENSION,
                written.span,
                "holidays are extended by whole days before or after them",
            )
            .help("write `extended 1d before, 2d after`, or one of the two"),
        );
        return None;
    }
    let [before, after] = sides.map(|side| side.unwrap_or(Days::new(0)));
    Some((before, after))
}

/// A count of whole days, `3d`; nothing for what has hours in it.
pub(super) fn days(text: &str) -> Option<Days> {
    text.strip_suffix('d')?.parse().ok().filter(|days| *days <= 366).map(Days::new)
}

fn ordered(lower: &mut Lower<'_>, sound: bool, start: Span, end: Span) -> Option<()> {
    if sound {
        return Some(());
    }
    let (first, last) = (lower.text(start).to_owned(), lower.text(end).to_owned());
    lower.report(
        Diagnostic::new(&EMPTY_RANGE, end, format!("`{last}` lies before `{first}`, where the span starts"))
            .also(start, "it starts here")
            .help("swap the two, or mend the one that is mistyped"),
    );
    None
}
