//! Changes of a tier that can never be deployed somewhere, whatever evidence and approvals they bring: with declarations that make it
//! so together, of which none can be left out. The engine of proofs says both.

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{
    Action, Component, Exception, FreezeKind, Id, Origin, Policy, Region, Ruling, Table, Tier, Window,
};
use crate::schedule::{Held, Scope, lanes};
use crate::segments::minimal_causes;
use crate::segments::space::{Judge, Place, Space};
use std::collections::{BTreeMap, BTreeSet};

code!(pub NEVER_DEPLOYED, Warning, "never-deployed", "a tier that can never be deployed somewhere");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&NEVER_DEPLOYED], check };

/// Where more windows than this reach a place it is not looked: causes are few where they can be mended.
const MOST_WINDOWS: usize = 200;
/// So many spans are gone through in looking for an opening.
const MOST_SPANS: usize = 400_000;
/// So many tiers of places are put to the engine.
const MOST_SUSPECTS: usize = 256;

/// A tier at a place that the calendar never seems to open for.
#[derive(Debug, Clone, Copy)]
struct Suspect {
    tier: Id<Tier>,
    region: Option<Id<Region>>,
    component: Option<Id<Component>>,
}

type Tiers = Vec<Id<Tier>>;
/// None stands for a policy that declares none.
type Components = BTreeSet<Option<Id<Component>>>;

/// What can keep a change out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Window(Id<Window>),
    /// The `only` windows of a kind: outside their hours it holds.
    Hours(Vec<Id<Window>>),
    /// What the tier requires, by position.
    Requirement(Id<Tier>, usize),
}

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let suspects = suspects(policy);
    if suspects.is_empty() {
        return;
    }
    // What is tried has only the windows that are thought to matter.
    let mut bare = policy.clone();
    bare.windows = Table::default();
    bare.proofs = Table::default();
    let mut found: Vec<(Vec<Cause>, Vec<Suspect>)> = Vec::new();
    for suspect in suspects {
        let is_never = |causes: &[&Cause]| is_never(policy, &bare, causes, suspect);
        let known = found.iter_mut().find(|(core, _)| is_never(&core.iter().collect::<Vec<_>>()));
        if let Some((_, suspects)) = known {
            suspects.push(suspect);
            continue;
        }
        let causes = causes(policy, suspect);
        // One that keeps it out by itself is seen where it is written, and so is meant.
        let mut alone = causes.iter().filter(|cause| is_lasting(policy, cause, suspect));
        if alone.any(|cause| is_never(&[cause])) || !is_never(&causes.iter().collect::<Vec<_>>()) {
            continue;
        }
        let chosen =
            |positions: &[usize]| positions.iter().filter_map(|at| causes.get(*at)).collect::<Vec<_>>();
        let core = minimal_causes(causes.len(), &mut |positions| is_never(&chosen(positions)));
        // What a tier asks for and can never be is said by other rules.
        let core: Vec<Cause> = chosen(&core).into_iter().cloned().collect();
        if core.iter().any(|cause| !matches!(cause, Cause::Requirement(..))) {
            found.push((core, vec![suspect]));
        }
    }
    for (core, suspects) in found {
        for suspects in alike(suspects) {
            finding(policy, &core, &suspects).into_iter().for_each(|finding| sink.push(finding));
        }
    }
}

/// Whether a window keeps a tier out: surely, or as far as one can see without asking what evidence there may be.
fn blocks(policy: &Policy, window: &Window, id: Id<Window>, tier: Id<Tier>) -> bool {
    let lifts = |exception: &Exception| exception.tier == tier && exception.lifts.contains(&id);
    match policy.kinds[window.kind].ruling(tier) {
        None | Some(Ruling::Block) => true,
        Some(Ruling::Except) => !policy.exceptions.rows().iter().any(lifts),
        Some(Ruling::Admit { when }) => !when.is_true() && policy.windows.len() <= MOST_WINDOWS,
    }
}

/// Tiers and places without an instant of the horizon that is free of windows that keep the tier out.
fn suspects(policy: &Policy) -> Vec<Suspect> {
    let mut found = Vec::new();
    let mut left = MOST_SPANS;
    for region in policy.regions_or_none() {
        let places = places_of_few(policy, region);
        if places.is_empty() {
            continue;
        }
        let scope = Scope {
            regions: region.into_iter().collect(),
            components: places.iter().copied().flatten().collect(),
        };
        for lane in lanes(policy, &scope, policy.horizon) {
            if lane.slots(policy.horizon, |_| true).next().is_some() {
                continue;
            }
            for (tier, &component) in
                policy.tiers.ids().flat_map(|tier| places.iter().map(move |at| (tier, at)))
            {
                left = left.saturating_sub(lane.held.len());
                if left == 0 || found.len() == MOST_SUSPECTS {
                    return found;
                }
                let keeps_out = |held: &Held| {
                    let covers = held
                        .components
                        .as_ref()
                        .is_none_or(|named| component.is_some_and(|one| named.contains(&one)));
                    covers && blocks(policy, &policy.windows[held.window], held.window, tier)
                };
                if lane.slots(policy.horizon, keeps_out).next().is_none() {
                    found.push(Suspect { tier, region, component });
                }
            }
        }
    }
    found
}

/// The components of a region that some windows reach, and not too many; where the policy declares none, all of it is one place.
fn places_of_few(policy: &Policy, region: Option<Id<Region>>) -> Vec<Option<Id<Component>>> {
    let mut everywhere = 0;
    let mut counts = vec![0; policy.components.len().max(1)];
    for window in policy.windows.rows().iter().filter(|window| window.covers(region, None, None, None)) {
        match &window.components {
            None => everywhere += 1,
            Some(named) => {
                for component in named {
                    counts.get_mut(component.index()).into_iter().for_each(|count| *count += 1);
                }
            }
        }
    }
    let is_few =
        |at: usize| counts.get(at).is_some_and(|count| (1..=MOST_WINDOWS).contains(&(count + everywhere)));
    match policy.components.is_empty() {
        true => is_few(0).then_some(None).into_iter().collect(),
        false => policy.components.ids().filter(|id| is_few(id.index())).map(Some).collect(),
    }
}

/// Everything that can keep the change out.
fn causes(policy: &Policy, suspect: Suspect) -> Vec<Cause> {
    let mut found = Vec::new();
    let mut hours: BTreeMap<Id<FreezeKind>, Vec<Id<Window>>> = BTreeMap::new();
    for (id, window) in policy.windows.iter() {
        if !window.covers(suspect.region, suspect.component, None, Some(Action::Deploy)) {
            continue;
        }
        match window.only {
            true => hours.entry(window.kind).or_default().push(id),
            false => found.push(Cause::Window(id)),
        }
    }
    found.extend(hours.into_values().map(Cause::Hours));
    let required = 0..policy.tiers[suspect.tier].requirements.len();
    found.extend(required.map(|at| Cause::Requirement(suspect.tier, at)));
    found
}

/// Whether a cause can hold at every instant: a cheap look, so that few are tried alone.
fn is_lasting(policy: &Policy, cause: &Cause, suspect: Suspect) -> bool {
    match cause {
        Cause::Window(id) => {
            let window = &policy.windows[*id];
            let (place, within) = (policy.place_of(suspect.region), policy.horizon);
            let holds = || window.when.active(place, within).within(within);
            window.follows.is_some()
                || window.when.at(place, within.start).is_some() && holds().intervals() == [within]
        }
        Cause::Hours(_) | Cause::Requirement(..) => true,
    }
}

/// Whether these alone keep the change out at every instant, in every environment, with any evidence.
fn is_never(policy: &Policy, bare: &Policy, causes: &[&Cause], suspect: Suspect) -> bool {
    let mut tried = bare.clone();
    let mut windows: BTreeSet<Id<Window>> = BTreeSet::new();
    let mut required: BTreeSet<usize> = BTreeSet::new();
    for cause in causes {
        match cause {
            Cause::Window(window) => drop(windows.insert(*window)),
            Cause::Hours(hours) => windows.extend(hours),
            Cause::Requirement(tier, at) if *tier == suspect.tier => drop(required.insert(*at)),
            Cause::Requirement(..) => {}
        }
    }
    let places: BTreeMap<Id<Window>, Id<Window>> = windows
        .into_iter()
        .map(|window| (window, tried.windows.push(policy.windows[window].clone())))
        .collect();
    for id in policy.exceptions.ids() {
        if let Some(exception) = tried.exceptions.get_mut(id) {
            let lifted = exception.lifts.iter().filter_map(|lifted| places.get(lifted)).copied();
            exception.lifts = lifted.collect();
        }
    }
    if let Some(tier) = tried.tiers.get_mut(suspect.tier) {
        let mut at = 0..;
        tier.requirements.retain(|_| at.next().is_some_and(|at| required.contains(&at)));
    }
    let Ok(space) = Space::of(&[&tried], policy.horizon) else { return false };
    let Some(mut judge) = Judge::of(&space, 0) else { return false };
    let (phase, mut states) = (Action::Deploy.phase(), space.states());
    let (region, component) = (
        suspect.region.map(|region| &policy.regions[region].name),
        suspect.component.map(|component| &policy.components[component].name),
    );
    let cells = space.cells().iter().filter(|cell| {
        cell.region.as_ref() == region
            && component.is_none_or(|component| cell.components.contains(component))
            && cell.actions.contains(&Action::Deploy)
    });
    let mut is_any = false;
    for cell in cells {
        let stretches = space.stretches(cell, &mut states);
        let held: BTreeSet<usize> = stretches.iter().filter_map(|one| one.states.first()).copied().collect();
        let (Some(states), Some(place)) = (states.first(), cell.places.first()) else { return false };
        let place = Place { action: Action::Deploy, ..*place };
        for state in held {
            is_any = true;
            let says = judge.verdict(states, state, place, Some(suspect.tier), phase);
            if !says.holds.and(space.everything()).is_false() {
                return false;
            }
        }
    }
    is_any
}

/// Suspects that can be said in one sentence: the same tiers at each region and component.
fn alike(suspects: Vec<Suspect>) -> Vec<Vec<Suspect>> {
    let tiers = |at: (Option<Id<Region>>, Option<Id<Component>>)| -> Vec<Id<Tier>> {
        let here = suspects.iter().filter(|suspect| (suspect.region, suspect.component) == at);
        here.map(|suspect| suspect.tier).collect()
    };
    // By region: its components, each with its tiers.
    let mut regions: BTreeMap<Option<Id<Region>>, BTreeMap<Tiers, Components>> = BTreeMap::new();
    for suspect in &suspects {
        let found = tiers((suspect.region, suspect.component));
        regions.entry(suspect.region).or_default().entry(found).or_default().insert(suspect.component);
    }
    let mut groups: BTreeMap<(Tiers, Components), Vec<Suspect>> = BTreeMap::new();
    for (region, rows) in regions {
        for (tiers, components) in rows {
            let here = suspects
                .iter()
                .filter(|suspect| suspect.region == region && components.contains(&suspect.component));
            let here: Vec<Suspect> = here.copied().collect();
            groups.entry((tiers, components)).or_default().extend(here);
        }
    }
    groups.into_values().collect()
}

fn finding(policy: &Policy, core: &[Cause], suspects: &[Suspect]) -> Option<Diagnostic> {
    let tiers: BTreeSet<Id<Tier>> = suspects.iter().map(|suspect| suspect.tier).collect();
    let mut labels: Vec<(Origin, String)> = Vec::new();
    let mut kinds: BTreeSet<Id<FreezeKind>> = BTreeSet::new();
    for cause in core {
        let (windows, when) = match cause {
            Cause::Window(id) => (std::slice::from_ref(id), "during"),
            Cause::Hours(hours) => (hours.as_slice(), "outside"),
            Cause::Requirement(tier, at) => {
                let required = policy.tiers[*tier].requirements.get(*at);
                labels.extend(required.map(|one| (one.origin, "this is required".to_owned())));
                continue;
            }
        };
        for window in windows.iter().map(|id| &policy.windows[*id]) {
            kinds.insert(window.kind);
            labels.push((window.origin, format!("{when} `{}`", window.name)));
        }
    }
    for kind in kinds.into_iter().map(|kind| &policy.kinds[kind]) {
        let lines: BTreeSet<Origin> =
            tiers.iter().filter_map(|tier| Some(kind.rulings.get(tier.index())?.1)).collect();
        labels.extend(lines.into_iter().map(|line| (line, format!("what `{}` does to it", kind.name))));
    }
    let mut labels = labels.into_iter();
    let (first, label) = labels.next()?;
    let message = format!(
        "no change of {} can ever be deployed{}",
        tiers_named(policy, &tiers),
        places(policy, suspects)
    );
    let mut finding = Diagnostic::new(&NEVER_DEPLOYED, first.span, message).label(label);
    for (origin, label) in labels {
        finding = finding.also(origin.span, label);
    }
    let count = core.len();
    Some(
        finding
            .note(format!("at no instant of the horizon, with any evidence; of these {count} none can be left out"))
            .help("leave a time when it can land; where it never should, say so with `@allow(never-deployed, \"...\")`"),
    )
}

fn tiers_named(policy: &Policy, tiers: &BTreeSet<Id<Tier>>) -> String {
    tiers.iter().map(|tier| policy.tiers[*tier].name.as_str()).collect::<Vec<_>>().join(", ")
}

/// ` of ledger to eu-west-1`; nothing where it is everywhere.
fn places(policy: &Policy, suspects: &[Suspect]) -> String {
    let regions: BTreeSet<_> = suspects.iter().filter_map(|suspect| suspect.region).collect();
    let components: BTreeSet<_> = suspects.iter().filter_map(|suspect| suspect.component).collect();
    let mut text = String::new();
    if components.len() < policy.components.len() {
        let names = components.iter().map(|id| policy.components[*id].name.as_str());
        text.push_str(&format!(" of {}", names.collect::<Vec<_>>().join(", ")));
    }
    if regions.len() < policy.regions.len() {
        let names = regions.iter().map(|id| policy.regions[*id].name.as_str());
        text.push_str(&format!(" to {}", names.collect::<Vec<_>>().join(", ")));
    }
    text
}
