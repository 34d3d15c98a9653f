//! `exception`: a dated permission to pass windows, held against the windows it lifts.

use super::Lower;
use super::window::{beginning, places};
use crate::calendar::Instant;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    Component, EMPTY_RANGE, Environment, Exception, Id, Party, Region, Reuse, Ruling, Tier, Window,
};
use crate::schema::{Declared, Given};

code!(pub EXCEPTION_LIFTS_NOTHING, Error, "exception-lifts-nothing", "an exception that no window needs or heeds");
code!(pub EXCEPTION_WIDER, Warning, "exception-wider-than-freeze", "an exception for places its windows do not hold in");

pub(super) fn exception(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Exception> {
    let name = declared.name?;
    let text = |lower: &Lower<'_>, field: &str| {
        declared.one(field).and_then(|given| lower.string(given.get("text")?))
    };
    let tier = declared.annotation.get("tier").and_then(|tier| lower.id::<Tier>(tier));
    let lifts = lower.references::<Window>(declared, "lifts").unwrap_or_default();
    let owner: Option<Party> = declared.one("owner").and_then(|given| lower.party(given.get("party")?));
    let approve = declared.one("approve").and_then(|given| lower.seats(given.get("seats")?));
    let starts = declared.one("starts").and_then(|given| lower.instant(given.get("instant")?));
    let expires = declared.one("expires").and_then(|given| lower.instant(given.get("instant")?));
    let change = declared.one("for").and_then(|given| lower.string(given.get("change")?));
    let reuse = match change {
        Some(change) => Reuse::ForChange(change),
        None if declared.one("once").is_some() => Reuse::Once,
        None => Reuse::Any,
    };
    let exception = Exception {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        tier: tier?,
        lifts,
        regions: lower.references::<Region>(declared, "regions"),
        components: lower.references::<Component>(declared, "scope"),
        environments: lower.references::<Environment>(declared, "environments"),
        owner: owner?,
        ticket: text(lower, "ticket")?,
        lever: lever(lower, declared)?,
        warmup: text(lower, "warmup")?,
        starts,
        expires: expires?,
        approve: Some(approve?),
        reuse,
        because: text(lower, "because"),
    };
    never_valid(lower, declared, &exception);
    let written: Vec<_> =
        declared.all("lifts").flat_map(|given| given.captures.all("window")).cloned().collect();
    for window in written {
        let Some(id) = lower.id::<Window>(&window) else { continue };
        if let Some((why, line)) = idle(lower, &exception, id) {
            let message = format!(
                "exception `{}` does not lift `{}`: {why}",
                exception.name, lower.policy.windows[id].name
            );
            let finding = Diagnostic::new(&EXCEPTION_LIFTS_NOTHING, window.span, message);
            lower.report(
                finding
                    .also(line.span, "this decides it")
                    .help("take the window away from `lifts`, or mend what keeps the exception from it"),
            );
        }
    }
    wider(lower, declared, &exception);
    Some(exception)
}

fn lever(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<String> {
    let written = declared.one("lever")?.get("lever")?;
    let name = written.word()?;
    let known = lower.named(&["lever"], written);
    if known.is_none() {
        lower.unknown("lever", name, written.span);
    }
    known
}

fn never_valid(lower: &mut Lower<'_>, declared: &Declared<'_>, exception: &Exception) {
    if let (Some(starts), Some(given)) = (exception.starts, declared.one("expires"))
        && exception.expires <= starts
    {
        let message = format!("exception `{}` expires before it starts to count", exception.name);
        let finding = Diagnostic::new(&EMPTY_RANGE, given.span(), message);
        let first = declared.one("starts").map_or(given.span(), Given::span);
        lower.report(finding.also(first, "it starts here").help("let it expire later"));
    }
}

type Why = (String, crate::policy::Origin);

/// Why a window is not lifted, with the line that says so; nothing where it is.
fn idle(lower: &Lower<'_>, exception: &Exception, id: Id<Window>) -> Option<Why> {
    let policy = &lower.policy;
    let window = &policy.windows[id];
    let kind = &policy.kinds[window.kind];
    let tier = &policy.tiers[exception.tier].name;
    if let Some((ruling, line)) = kind.rulings.get(exception.tier.index()) {
        match ruling {
            Ruling::Admit { .. } => return Some((format!("`{}` admits {tier} as it is", kind.name), *line)),
            Ruling::Block => {
                return Some((format!("`{}` lets no exception in for {tier}", kind.name), *line));
            }
            Ruling::Except => {}
        }
    }
    let apart = [
        ("regions", apart(exception.regions.as_deref(), window.regions.as_deref())),
        ("components", apart(exception.components.as_deref(), window.components.as_deref())),
        ("environments", apart(exception.environments.as_deref(), window.environments.as_deref())),
    ];
    if let Some((what, _)) = apart.iter().find(|(_, apart)| *apart) {
        return Some((format!("the two share no {what}"), window.origin));
    }
    let first = first_start(lower, window)?;
    (first >= exception.expires).then(|| {
        (
            format!("it expires at {}, and the window first starts at {first}", exception.expires),
            window.origin,
        )
    })
}

/// Whether two scopes share nothing; nothing written means all.
fn apart<T: PartialEq>(one: Option<&[T]>, other: Option<&[T]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => !one.iter().any(|member| other.contains(member)),
        _ => false,
    }
}

/// When a window first holds by the calendar, in whichever of its regions is first.
fn first_start(lower: &Lower<'_>, window: &Window) -> Option<Instant> {
    if window.only || window.follows.is_some() {
        return None;
    }
    let places = places(&lower.policy, window.regions.as_deref());
    places.iter().filter_map(|place| window.when.next_change_after(place, beginning(&window.when))).min()
}

fn wider(lower: &mut Lower<'_>, declared: &Declared<'_>, exception: &Exception) {
    let windows: Vec<&Window> = exception.lifts.iter().map(|id| &lower.policy.windows[*id]).collect();
    let policy = &lower.policy;
    let beyond = [
        (
            "regions",
            beyond(exception.regions.as_deref(), windows.iter().map(|window| window.regions.as_deref()))
                .map(|id| policy.regions[id].name.clone()),
        ),
        (
            "scope",
            beyond(
                exception.components.as_deref(),
                windows.iter().map(|window| window.components.as_deref()),
            )
            .map(|id| policy.components[id].name.clone()),
        ),
        (
            "environments",
            beyond(
                exception.environments.as_deref(),
                windows.iter().map(|window| window.environments.as_deref()),
            )
            .map(|id| policy.environments[id].name.clone()),
        ),
    ];
    let mut findings = Vec::new();
    for (field, name) in beyond {
        let (Some(name), Some(given)) = (name, declared.one(field)) else { continue };
        let message =
            format!("exception `{}` covers `{name}`, where none of its windows holds", exception.name);
        let mut finding = Diagnostic::new(&EXCEPTION_WIDER, given.span(), message);
        for window in &windows {
            finding = finding.also(window.origin.span, format!("`{}` does not hold there", window.name));
        }
        findings.push(finding.help(format!("take `{name}` away: an exception is read as what is permitted")));
    }
    findings.into_iter().for_each(|finding| lower.report(finding));
}

/// The first member that no window has.
fn beyond<'w, T: Copy + PartialEq + 'w>(
    named: Option<&[T]>,
    windows: impl Iterator<Item = Option<&'w [T]>> + Clone,
) -> Option<T> {
    let held = |member: &T| windows.clone().any(|scope| scope.is_none_or(|scope| scope.contains(member)));
    named?.iter().copied().find(|member| windows.clone().next().is_some() && !held(member))
}
