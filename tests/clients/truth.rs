//! Writes down what a policy means, for real programs to be held against: what the calendar admits at every instant at which
//! it changes and a second to either side, by the decision itself, and every occurrence of every window. No target has a hand in it.
//!
//! `cargo run --example truth -- PATH` prints one JSON object.

use globset::GlobBuilder;
use opsc::calendar::{Elapsed, Instant, Interval, IntervalSet, Place, Zone};
use opsc::cli::System;
use opsc::decide::{About, Change, Context, Prepared, StatedTier, Verdict};
use opsc::policy::{
    self, Action, Condition, Id, Named, Party, Phase, Policy, Region, Role, Ruling, Surface, Table, Tier,
    Window,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

/// Targets that hold the calendar of deploys.
const DEPLOYS: [&str; 2] = ["argo-cd", "kubernetes"];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: truth PATH")?;
    let loaded = policy::load(&System::default(), &path)?;
    let mut policy = loaded.policy.ok_or("the policy has errors")?;
    let whole = policy.clone();
    // The calendar alone: a flag knows no change, so neither exceptions nor what tiers require.
    policy.exceptions = Table::default();
    for tier in policy.tiers.ids() {
        if let Some(tier) = policy.tiers.get_mut(tier) {
            tier.requirements.clear();
        }
    }
    let asked =
        ["action", "environment"].map(|name| (name.to_owned(), json!(option(&policy, "flagd", name))));
    let truth = json!({
        "asked": Map::from_iter(asked),
        "flags": flags(&policy, option(&policy, "flagd", "action"), option(&policy, "flagd", "environment")),
        "served": served(&whole),
        "pins": pins(&whole),
        "deploys": deploys(&policy),
        "occurrences": occurrences(&policy),
        "active": if declares(&policy, "json") { active(&policy) } else { Value::Null },
        "questions": if declares(&policy, "opa") { questions(&whole) } else { json!([]) },
        "closing": if declares(&policy, "alertmanager") { closing(&policy) } else { Value::Null },
        "maintenances": maintenances(&policy),
        "routes": routes(&policy, policy.surfaces.ids()),
        "owners": owners(&whole),
    });
    println!("{truth}");
    Ok(())
}

/// The policy's own flags that servers ask: their shares, and when a read-only one is on in a region.
fn served(policy: &Policy) -> Value {
    let asked = policy.flags.iter().filter(|(_, flag)| flag.asked == policy::Asked::Server);
    let rows = asked.map(|(id, flag)| {
        let scope = flag.components.clone().unwrap_or_else(|| policy.components.ids().collect());
        let shares: Map<String, Value> =
            flag.variants.iter().map(|(name, share, _)| (name.clone(), json!(share.to_string()))).collect();
        let named = |row: &&policy::Maintenance| row.flag.is_some_and(|(flag, _)| flag == id);
        let mut on = Map::new();
        for region in regions(policy) {
            let here = |row: &&policy::Maintenance| {
                region.is_none_or(|region| row.regions.as_ref().is_none_or(|all| all.contains(&region)))
            };
            let rows = policy.maintenances.rows().iter().filter(named).filter(here);
            let held = rows.filter_map(|row| row.when.as_ref()).flat_map(|when| {
                let set = when.active(&place(policy, region), policy.horizon);
                set.intervals().iter().map(|one| [one.start.unix(), one.end.unix()]).collect::<Vec<_>>()
            });
            on.insert(name(&policy.regions, region), json!(held.collect::<Vec<_>>()));
        }
        let row = json!({
            "read_only": flag.kind == policy::FlagKind::ReadOnly,
            "components": scope.into_iter().map(|one| name(&policy.components, Some(one))).collect::<Vec<_>>(),
            "shares": shares,
            "default": flag.default.as_ref().or(flag.variants.first().map(|(name, ..)| name)),
            "sticky": flag.sticky,
            "on": on,
        });
        (flag.name.clone(), row)
    });
    Value::Object(rows.collect())
}

/// By the name that servers know it by: the version of each pin, and the last that is known to be good.
fn pins(policy: &Policy) -> Value {
    let versions = policy.pins.rows().iter().flat_map(|pins| &pins.versions);
    let rows = versions.map(|version| {
        let key = version.pin.replace('-', "_").to_uppercase();
        (key, json!({ "pinned": version.pinned, "good": version.last_known_good }))
    });
    Value::Object(rows.collect())
}

fn regions(policy: &Policy) -> Vec<Option<Id<Region>>> {
    if policy.regions.is_empty() { vec![None] } else { policy.regions.ids().map(Some).collect() }
}

fn name<T: Named>(table: &Table<T>, id: Option<Id<T>>) -> String {
    id.map_or_else(String::new, |id| table[id].name().to_owned())
}

fn place(policy: &Policy, region: Option<Id<Region>>) -> Place {
    region.map_or_else(
        || Place {
            zone: Zone::UTC,
            weekend: opsc::calendar::Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        },
        |region| policy.regions[region].place.clone(),
    )
}

fn declares(policy: &Policy, target: &str) -> bool {
    policy.targets.rows().iter().any(|one| one.name == target)
}

/// What a target of the policy asks about, where it says it.
fn option(policy: &Policy, target: &str, name: &str) -> Option<String> {
    let target = policy.targets.rows().iter().find(|one| one.name == target)?;
    target.options.get(name).cloned()
}

/// By target that asks about deploys: what flags would say of them.
fn deploys(policy: &Policy) -> Value {
    let declared = policy.targets.rows().iter().filter(|target| DEPLOYS.contains(&target.name.as_str()));
    let answers = declared.map(|target| {
        let environment = target.options.get("environment").cloned();
        let mut policy = policy.clone();
        let windows: Vec<Id<Window>> = policy.windows.ids().collect();
        for window in windows.into_iter().filter(|_| target.name == "argo-cd") {
            // It does not know when a vendor's calendar was read.
            if let Some(vendor) = policy.windows.get_mut(window).and_then(|window| window.vendor.as_mut()) {
                vendor.recheck = None;
            }
        }
        (target.name.clone(), flags(&policy, Some("deploy".to_owned()), environment))
    });
    Value::Object(answers.collect())
}

/// By region: the instants, and for each flag a letter an instant, `1` for open.
fn flags(policy: &Policy, action: Option<String>, environment: Option<String>) -> Value {
    let action = action.and_then(|word| Action::ALL.into_iter().find(|action| action.name() == word));
    let prepared = Prepared::new(policy);
    let mut by_region = Map::new();
    for region in regions(policy) {
        let instants = instants(policy, region);
        let mut open: BTreeMap<String, String> = BTreeMap::new();
        for tier in policy.tiers.rows() {
            let change = Change {
                tier: Some(StatedTier { name: tier.name.clone(), by: None }),
                action,
                environment: environment.clone(),
                regions: region.map(|_| name(&policy.regions, region)).into_iter().collect(),
                ..Change::default()
            };
            for at in &instants {
                for (component, is_open) in cells(policy, &prepared, &change, *at) {
                    let key = match component {
                        Some(component) => format!("ops.{component}.{}", tier.name),
                        None => format!("ops.{}", tier.name),
                    };
                    open.entry(key).or_default().push(if is_open { '1' } else { '0' });
                }
            }
        }
        let seconds: Vec<i64> = instants.iter().map(|at| at.unix()).collect();
        by_region.insert(name(&policy.regions, region), json!({ "instants": seconds, "open": open }));
    }
    Value::Object(by_region)
}

/// For each component of the one region asked: whether no freeze stands in the way.
fn cells(
    policy: &Policy,
    prepared: &Prepared<'_>,
    change: &Change,
    at: Instant,
) -> Vec<(Option<String>, bool)> {
    let decision = prepared.decide(change, &Context::at(at));
    let closed: BTreeSet<usize> = decision
        .reasons
        .iter()
        .filter(|reason| reason.verdict != Verdict::Allow)
        .filter(|reason| matches!(reason.about, About::Window | About::OutsideOnly | About::StaleVendorFeed))
        .flat_map(|reason| reason.cells.iter().copied())
        .collect();
    let cells = decision.cells.into_iter().enumerate();
    cells.map(|(index, cell)| (cell.component, policy.in_horizon(at) && !closed.contains(&index))).collect()
}

/// Every instant at which something may change in a region, and a second to either side.
fn instants(policy: &Policy, region: Option<Id<Region>>) -> BTreeSet<Instant> {
    let place = place(policy, region);
    let mut edges = BTreeSet::from([policy.horizon.start, policy.horizon.end]);
    for window in policy.windows.rows() {
        edges.extend(window.when.active(&place, policy.horizon).edges());
        edges.extend(window.warn_until);
        edges.extend(window.vendor.as_ref().and_then(|vendor| Some(vendor.checked?.plus(vendor.recheck?))));
    }
    let second = Elapsed::seconds(1);
    edges.into_iter().flat_map(|at| [at.minus(second), at, at.plus(second)]).collect()
}

/// By window and region: when it holds, as unix seconds.
fn occurrences(policy: &Policy) -> Value {
    let mut windows = Map::new();
    for window in policy.windows.rows().iter().filter(|window| window.follows.is_none()) {
        let mut by_region = Map::new();
        for region in regions(policy) {
            if region.is_some_and(|region| !window.covers(Some(region), None, None, None)) {
                continue;
            }
            let held = window.when.occurrences(&place(policy, region), policy.horizon);
            let spans: Vec<[i64; 2]> =
                held.iter().map(|one| [one.interval.start.unix(), one.interval.end.unix()]).collect();
            by_region.insert(name(&policy.regions, region), json!(spans));
        }
        windows.insert(window.name.clone(), Value::Object(by_region));
    }
    Value::Object(windows)
}

/// By window and region: the instants within the horizon around each change, and a letter an instant, `1` for active.
fn active(policy: &Policy) -> Value {
    let mut windows = Map::new();
    for window in policy.windows.rows().iter().filter(|window| window.follows.is_none()) {
        let mut by_region = Map::new();
        let concerned =
            |region: &Option<Id<Region>>| region.is_none() || window.covers(*region, None, None, None);
        for region in regions(policy).into_iter().filter(concerned) {
            let place = place(policy, region);
            let edges: Vec<Instant> = window.when.active(&place, policy.horizon).edges().collect();
            let ends = [policy.horizon.start, policy.horizon.end];
            let around = edges.into_iter().chain(ends).flat_map(|at| [at.minus(Elapsed::seconds(1)), at]);
            let instants: BTreeSet<Instant> = around.filter(|at| policy.in_horizon(*at)).collect();
            let reader = window.when.read(&place);
            let letters: String =
                instants.iter().map(|at| if reader.holds(*at) { '1' } else { '0' }).collect();
            let seconds: Vec<i64> = instants.iter().map(|at| at.unix()).collect();
            by_region
                .insert(name(&policy.regions, region), json!({ "instants": seconds, "active": letters }));
        }
        windows.insert(window.name.clone(), Value::Object(by_region));
    }
    Value::Object(windows)
}

/// For each region and tier, at every instant at which something changes and the second before: a question and its answer without
/// evidence, once of all and once of the calendar alone. Actions, components and environments go round.
fn questions(policy: &Policy) -> Value {
    let mut calendar = policy.clone();
    for tier in policy.tiers.ids() {
        if let Some(tier) = calendar.tiers.get_mut(tier) {
            tier.requirements.clear();
        }
    }
    let certain =
        policy.exceptions.is_empty() && policy.windows.rows().iter().all(|window| window.follows.is_none());
    let (whole, calendar) = (Prepared::new(policy), Prepared::new(&calendar));
    let mut found = Vec::new();
    for region in regions(policy) {
        let around = instants(policy, region);
        // Each change and the second before have another instant a second behind them.
        let asked_at = around.iter().copied().filter(|at| around.contains(&at.plus(Elapsed::seconds(1))));
        let within = asked_at.filter(|at| policy.in_horizon(*at));
        for (turn, at) in within.enumerate() {
            for (tier, row) in policy.tiers.iter() {
                let change = asked(policy, region, &row.name, turn + tier.index());
                let mut input = json!({ "tier": row.name, "at": at.to_string() });
                let region = change.regions.first().map(|region| json!(region));
                let action = change.action.map(|action| json!(action.name()));
                let environment = change.environment.as_ref().map(|one| json!(one));
                let components = Some(json!(change.components)).filter(|_| !change.components.is_empty());
                for (field, value) in [
                    ("region", region),
                    ("action", action),
                    ("environment", environment),
                    ("components", components),
                ] {
                    if let (Some(input), Some(value)) = (input.as_object_mut(), value) {
                        input.insert(field.to_owned(), value);
                    }
                }
                let of_calendar = calendar.decide(&change, &Context::at(at));
                let mut freezes = of_calendar.reasons.iter().filter(|reason| reason.about == About::Window);
                let blocking = freezes.find(|reason| reason.verdict == Verdict::Block);
                let end = blocking.and_then(|reason| reason.end).filter(|end| *end < policy.horizon.end);
                found.push(json!({
                    "input": input,
                    "verdict": word(whole.decide(&change, &Context::at(at)).verdict),
                    "calendar": word(of_calendar.verdict),
                    "certain": certain,
                    "ends": end.map(|end| end.to_string()),
                }));
            }
        }
    }
    Value::Array(found)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Pending => "pending",
        Verdict::Block => "block",
    }
}

/// By window, and by kind outside of its `only` windows: when it stands in the way of some tier anywhere, as unix seconds.
fn closing(policy: &Policy) -> Value {
    let mut closed: BTreeMap<String, IntervalSet> = BTreeMap::new();
    let admits_all = |window: &Window| {
        let rulings = &policy.kinds[window.kind].rulings;
        rulings.iter().all(|(ruling, _)| matches!(ruling, Ruling::Admit { when } if *when == Condition::TRUE))
    };
    let dated =
        || policy.windows.rows().iter().filter(|window| window.follows.is_none() && !admits_all(window));
    let enforced = |window: &Window| {
        Interval::new(window.warn_until.unwrap_or(Instant::MIN).max(policy.horizon.start), policy.horizon.end)
    };
    for region in regions(policy) {
        let place = place(policy, region);
        for window in dated().filter(|window| !window.only && window.covers(region, None, None, None)) {
            let recheck = window.vendor.as_ref().and_then(|vendor| Some((vendor.checked, vendor.recheck?)));
            let stale = recheck.map(|(checked, recheck)| checked.map_or(Instant::MIN, |at| at.plus(recheck)));
            let stale = stale.map(|from| Interval::new(from, Instant::MAX).intersect(enforced(window)));
            let held = window.when.active(&place, enforced(window));
            let known = closed.entry(window.name.clone()).or_default();
            *known = known.union(&held).union(&stale.into_iter().collect());
        }
        for (kind, row) in policy.kinds.iter() {
            let only: Vec<&Window> = dated().filter(|window| window.only && window.kind == kind).collect();
            let mut cells: BTreeSet<Vec<usize>> = BTreeSet::new();
            for component in all(&policy.components) {
                for environment in all(&policy.environments) {
                    for action in Action::ALL {
                        let covers =
                            |window: &Window| window.covers(region, component, environment, Some(action));
                        let covering = only.iter().enumerate().filter(|(_, window)| covers(window));
                        cells.insert(covering.map(|(index, _)| index).collect());
                    }
                }
            }
            for cell in cells.into_iter().filter(|cell| !cell.is_empty()) {
                let covering = cell.into_iter().filter_map(|index| only.get(index));
                let open = covering.fold(IntervalSet::default(), |open, window| {
                    let warned = Interval::new(Instant::MIN, window.warn_until.unwrap_or(Instant::MIN));
                    let held = window.when.active(&place, policy.horizon);
                    open.union(&held).union(&IntervalSet::of(warned))
                });
                let known = closed.entry(format!("outside-{}", row.name)).or_default();
                *known = known.union(&open.complement().within(policy.horizon));
            }
        }
    }
    let spans = |set: &IntervalSet| -> Vec<[i64; 2]> {
        set.intervals().iter().map(|interval| [interval.start.unix(), interval.end.unix()]).collect()
    };
    let closed: BTreeMap<&String, _> = closed.iter().map(|(name, set)| (name, spans(set))).collect();
    json!({ "closed": closed, "horizon": [policy.horizon.start.unix(), policy.horizon.end.unix()] })
}

/// Every row of a table, or none at all.
fn all<T>(table: &Table<T>) -> Vec<Option<Id<T>>> {
    if table.is_empty() { vec![None] } else { table.ids().map(Some).collect() }
}

/// One change of a tier in a region, another one at each turn.
fn asked(policy: &Policy, region: Option<Id<Region>>, tier: &str, turn: usize) -> Change {
    let (actions, components) = (Action::ALL.len() + 1, policy.components.len() + 1);
    let environment = (turn / actions / components) % (policy.environments.len() + 1);
    let component = (turn / actions) % components;
    Change {
        tier: Some(StatedTier { name: tier.to_owned(), by: None }),
        action: Action::ALL.get(turn % actions).copied(),
        regions: region.map(|_| name(&policy.regions, region)).into_iter().collect(),
        components: policy.components.rows().get(component).map(|one| one.name.clone()).into_iter().collect(),
        environment: policy.environments.rows().get(environment).map(|one| one.name.clone()),
        ..Change::default()
    }
}

/// Method and path of each route of some surfaces.
fn routes(policy: &Policy, surfaces: impl Iterator<Item = Id<Surface>>) -> Value {
    let routes = surfaces.flat_map(|surface| &policy.surfaces[surface].routes);
    routes.map(|route| json!([route.method, route.path])).collect()
}

/// By maintenance: when it is in any region, as unix seconds, the routes it refuses, and what it answers.
fn maintenances(policy: &Policy) -> Value {
    let mut found = Map::new();
    for maintenance in policy.maintenances.rows() {
        let mut spans: BTreeSet<(i64, i64)> = BTreeSet::new();
        let mut by_region = Map::new();
        for region in regions(policy) {
            let mut there: Vec<(i64, i64)> = Vec::new();
            let within = region
                .is_none_or(|region| maintenance.regions.as_ref().is_none_or(|all| all.contains(&region)));
            for when in maintenance.when.iter().filter(|_| within) {
                let held = when.occurrences(&place(policy, region), policy.horizon);
                there.extend(held.iter().map(|one| (one.interval.start.unix(), one.interval.end.unix())));
            }
            by_region.insert(name(&policy.regions, region), json!(there));
            spans.extend(there);
        }
        let refused = maintenance.refuses.iter().chain(&maintenance.drops).map(|(surface, _)| *surface);
        let answer = maintenance.answer.as_ref().map(|answer| {
            let after = answer.retry_after.map(Elapsed::as_seconds);
            json!({ "status": answer.status, "code": answer.code, "retry_after": after })
        });
        let row = json!({ "spans": spans, "by_region": by_region, "routes": routes(policy, refused), "answer": answer });
        found.insert(maintenance.name.clone(), row);
    }
    Value::Object(found)
}

/// For a path of each glob, and the policy's own: whom the tier that `classify` gives it asks before a merge, and who answers for
/// the component.
fn owners(policy: &Policy) -> Value {
    let rules = policy.classify.iter().flat_map(|classify| &classify.rules);
    let by_rules = rules.flat_map(|rule| rule.tests.iter().flat_map(|test| &test.globs));
    let by_components = policy.components.rows().iter().flat_map(|component| &component.paths);
    let mut found = vec![asked_of(
        "ops/main.ops",
        policy.policy_change_tier().or(policy.tiers.ids().next_back()),
        policy,
    )];
    for glob in by_components.chain(by_rules) {
        let path = sample(glob);
        assert!(matches(glob, &path), "{glob} does not match {path}");
        let tier = policy.classify.as_ref().and_then(|classify| {
            let rules = classify.rules.iter();
            let fit = rules.filter(|rule| {
                rule.tests.iter().any(|test| test.globs.iter().any(|glob| matches(glob, &path)))
            });
            fit.map(|rule| rule.tier).max().or(classify.otherwise).or(policy.tiers.ids().next_back())
        });
        found.push(asked_of(&path, tier, policy));
    }
    Value::Array(found)
}

fn asked_of(path: &str, tier: Option<Id<Tier>>, policy: &Policy) -> Value {
    let requirements = tier.map(|tier| &policy.tiers[tier].requirements).into_iter().flatten();
    let seats = requirements.filter(|asked| asked.phase == Phase::Merge).filter_map(|asked| asked.seats());
    let roles = seats.flat_map(|seats| &seats.seats).flat_map(|seat| &seat.roles);
    let asked: BTreeSet<&str> = roles.flat_map(|role| people_of(policy, *role)).collect();
    let components = policy.components.rows().iter();
    let owning = components.rev().find(|component| component.paths.iter().any(|glob| matches(glob, path)));
    let party = if path.ends_with(".ops") { &policy.owner } else { &None };
    let party = owning.map_or(party, |component| &component.owner);
    let answers: BTreeSet<&str> = match party {
        Some(Party::Role(role)) => people_of(policy, *role).collect(),
        Some(Party::Team(team)) => policy.teams[*team].members.iter().map(String::as_str).collect(),
        Some(Party::Person(name)) => BTreeSet::from([name.as_str()]),
        None => BTreeSet::new(),
    };
    json!({ "path": path, "asked": asked, "answers": answers })
}

fn people_of(policy: &Policy, role: Id<Role>) -> impl Iterator<Item = &str> {
    let role = &policy.roles[role];
    let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
    role.members.iter().chain(teams).map(String::as_str)
}

fn matches(glob: &str, path: &str) -> bool {
    let glob = GlobBuilder::new(glob).literal_separator(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(path))
}

/// A path that a glob matches: the first of alternatives and classes.
fn sample(glob: &str) -> String {
    let mut path = String::new();
    let mut letters = glob.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => {
                let is_deep = letters.next_if_eq(&'*').is_some();
                path.push_str(if is_deep { "folder/file.md" } else { "file" });
            }
            '?' => path.push('q'),
            '[' => {
                path.extend(letters.next());
                letters.by_ref().find(|letter| *letter == ']');
            }
            '{' => path.extend(
                letters.by_ref().take_while(|letter| *letter != '}').collect::<String>().split(',').next(),
            ),
            '\\' => path.extend(letters.next()),
            letter => path.push(letter),
        }
    }
    path
}
