//! `opsc next`: the earliest instant at which a change may land, and the openings after it.

use super::gate::{Asked, Origin, Reliance, count, instant, rotas};
use super::{Command, Context, Exit, Failure, Output, policy};
use crate::calendar::{Instant, Zone};
use crate::decide::{About, Change, Verdict, decide};
use crate::policy::{Id, Policy, Release};
use crate::render::wrap::{pad, wrap};
use crate::render::{self, Paint, Style, WIDTH, decision, guard::visible};
use crate::schedule::{Hours, Opening, Planning, openings};
use serde_json::json;

/// List when a change may land: the earliest instant, and the openings after it; or the earliest schedule of a release
///
/// `opsc next RELEASE` plans a release that the policy declares: every step of its pipeline that asks the calendar, region by
/// region, with holds and soaks at their shortest, each region entered in its off-peak hours, and nothing half-way when a freeze
/// begins that `on freeze` does not pause for. Stages side by side are asked one after the other. A step that misses approvals
/// waits until those who may give them are at work, by the `hours` of their teams and their shifts; of whom nothing says when they
/// work, any hour is right. Releases that come first (`after`) are planned first. The rule that costs most is found by planning
/// again without each rule that the release meets.
#[derive(Debug, clap::Args)]
pub struct Next {
    /// The policy: a file, or a folder with `main.ops`; or a release to plan
    #[arg(value_name = "PATH|RELEASE")]
    what: Option<String>,
    /// The policy, behind a release
    #[arg(value_parser = super::files::argument, value_name = "PATH")]
    path: Option<String>,
    #[command(flatten)]
    asked: Asked,
    /// Look from this instant on, instead of now
    #[arg(long, value_name = "INSTANT", alias = "at")]
    from: Option<String>,
    /// Plan a release without regard to off-peak hours
    #[arg(long)]
    any_hour: bool,
    /// A release that is over already: one that comes `after` it need not wait for it; several may be given
    #[arg(long, value_name = "RELEASE")]
    done: Vec<String>,
    /// How many openings to list
    #[arg(long, default_value = "5", value_name = "COUNT", allow_hyphen_values = true)]
    count: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Command for Next {
    const NAME: &'static str = "next";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "there is an opening, or a schedule"),
        (Exit::Found, "there is none: waiting alone does not help"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "something could not be read"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let now = Instant::from_system(context.world.now());
        let count = usize::from(count("--count", &self.count, 100)?);
        let (path, planned) = self.places(context);
        let valid = policy::load(context, &path)?;
        let policy = &valid.policy;
        let from = self.from.as_deref().map_or(Ok(now), |text| instant("--from", text))?;
        let mut change = self.asked.change(context, policy, from, Reliance::Asker)?;
        let mut circumstances = Origin::find(policy, &valid.root).context(from, self.from.is_some());
        circumstances.rotas = rotas(context, policy, &valid.root)?;
        change.release = planned.clone().or(change.release);
        knows_every_name(policy, &change, &circumstances)?;
        if let Some(id) = planned.and_then(|name| policy.releases.find(&name)) {
            let hours = if self.any_hour { Hours::Any } else { Hours::OffPeak };
            let done = self.done(policy)?;
            let planning = Planning { id, change: &change, context: &circumstances, hours, done: &done };
            let found = planning.itinerary(policy);
            let shown = render::schedule::Shown { policy, id, found: &found, from };
            let exit = if found.plan.is_ok() { Exit::Done } else { Exit::Found };
            let said = if self.json {
                let value = render::schedule::json(&shown);
                format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default())
            } else {
                render::schedule::text(&shown, context.console.out)
            };
            return Ok(Output::said(said).exit(exit));
        }
        let together = openings(policy, &change, &circumstances, count);
        let asked: Vec<String> = if change.regions.is_empty() {
            policy.regions.rows().iter().map(|region| region.name.clone()).collect()
        } else {
            change.regions.clone()
        };
        let alone: Vec<(String, Vec<Opening>)> = if asked.len() > 1 {
            let there = |region: &String| Change { regions: vec![region.clone()], ..change.clone() };
            asked
                .iter()
                .map(|region| (region.clone(), openings(policy, &there(region), &circumstances, 1)))
                .collect()
        } else {
            Vec::new()
        };
        let zone = asked
            .first()
            .and_then(|name| policy.regions.find(name))
            .map_or(Zone::UTC, |id| policy.regions[id].place.zone);
        let exit = if together.is_empty() && alone.iter().all(|(_, found)| found.is_empty()) {
            Exit::Found
        } else {
            Exit::Done
        };
        let said = if self.json {
            let region =
                |(name, found): &(String, Vec<Opening>)| json!({ "region": name, "openings": values(found) });
            let regions: Vec<_> = alone.iter().map(region).collect();
            let value = json!({ "from": from, "openings": values(&together), "regions": regions });
            format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default())
        } else {
            text(policy, from, zone, &together, &alone, context.console.out)
        };
        Ok(Output::said(said).exit(exit))
    }
}

impl Next {
    /// Releases that are over.
    fn done(&self, policy: &Policy) -> Result<Vec<Id<Release>>, Failure> {
        let find = |name: &String| {
            policy.releases.find(name).ok_or_else(|| {
                Failure::usage(format!("the policy has no release `{name}`"))
                    .help(decision::known_names(policy, "release", name))
            })
        };
        self.done.iter().map(find).collect()
    }

    /// Where the policy is, and the release that is to be planned. A word alone is a path where there is something.
    fn places(&self, context: &Context<'_>) -> (String, Option<String>) {
        let path = |text: &str| super::files::from_here(text);
        let is_there = |path: &str| {
            context.world.is_file(path)
                || context.world.is_file(&format!("{}/main.ops", path.trim_end_matches('/')))
        };
        match (&self.what, &self.path) {
            (None, _) => (".".to_owned(), None),
            (Some(release), Some(path)) => (path.clone(), Some(release.clone())),
            (Some(word), None) if is_there(&path(word)) || !is_there(".") => (path(word), None),
            (Some(word), None) => (".".to_owned(), Some(word.clone())),
        }
    }
}

/// A name that the policy does not know blocks for good: there is no opening to look for.
fn knows_every_name(
    policy: &Policy,
    change: &Change,
    circumstances: &crate::decide::Context,
) -> Result<(), Failure> {
    let answer = decide(policy, change, circumstances);
    let Some(unknown) = answer.reasons.iter().find(|reason| reason.about == About::UnknownName) else {
        return Ok(());
    };
    let (kind, name) = (unknown.because.as_deref().unwrap_or("name"), &unknown.name);
    let help = decision::known_names(policy, kind, name);
    Err(Failure::usage(format!("the policy has no {kind} `{name}`")).help(help))
}

fn values(openings: &[Opening]) -> Vec<serde_json::Value> {
    let one = |opening: &Opening| {
        let end = (opening.span.end != Instant::MAX).then_some(opening.span.end);
        json!({
            "start": opening.span.start,
            "end": end,
            "verdict": opening.answer.verdict,
            "needs": decision::needs(&opening.answer),
        })
    };
    openings.iter().map(one).collect()
}

fn text(
    policy: &Policy,
    from: Instant,
    zone: Zone,
    together: &[Opening],
    alone: &[(String, Vec<Opening>)],
    paint: Paint,
) -> String {
    let mut said = String::new();
    match together.first() {
        Some(first) => {
            let wait = if first.span.start == from {
                "now".to_owned()
            } else {
                format!("in {}", first.span.start.since(from).show())
            };
            let line = format!("{}, {wait}{}", zone.show_dated(first.span.start), needed(first));
            said.push_str(&format!(
                "{}  {}\n",
                paint.text(Style::Good, "NEXT"),
                wrap(&visible(&line), WIDTH, 6, "      ")
            ));
        }
        None => {
            let why = if alone.iter().any(|(_, found)| !found.is_empty()) {
                "never in every region at once; each region on its own is below"
            } else {
                "never by waiting: ask `opsc gate` why"
            };
            said.push_str(&format!("{}  {why}\n", paint.text(Style::Bad, "NEXT")));
        }
    }
    if together.len() > 1 {
        said.push_str(&format!("\n{}\n", paint.text(Style::Strong, "openings")));
        let rows: Vec<Row> =
            together.iter().map(|opening| (String::new(), span(zone, opening, from))).collect();
        said.push_str(&lines(&rows));
    }
    if !alone.is_empty() {
        said.push_str(&format!("\n{}\n", paint.text(Style::Strong, "each region on its own")));
        let width = alone.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
        let rows = alone.iter().map(|(name, found)| {
            let zone = policy.regions.find(name).map_or(Zone::UTC, |id| policy.regions[id].place.zone);
            let never = || ("never by waiting".to_owned(), String::new());
            let opens = found.first().map_or_else(never, |opening| span(zone, opening, from));
            (pad(&visible(name), width), opens)
        });
        said.push_str(&lines(&rows.collect::<Vec<Row>>()));
    }
    said
}

/// What stands first on a line, and an opening: when it starts, and for how long it is one.
type Row = (String, (String, String));

/// Starts below each other; where a line would be too long, how long it is open stands below it.
fn lines(rows: &[Row]) -> String {
    let longest = rows.iter().map(|(_, (start, _))| start.chars().count()).max().unwrap_or(0);
    let line = |(lead, (start, until)): &Row| {
        let whole = format!("  {lead}{} {until}", pad(start, longest));
        if whole.chars().count() <= WIDTH {
            format!("{}\n", whole.trim_end())
        } else {
            format!("  {lead}{start}\n      {until}\n")
        }
    };
    rows.iter().map(line).collect()
}

fn span(zone: Zone, opening: &Opening, from: Instant) -> (String, String) {
    let start = zone.show(opening.span.start, from);
    let end = opening.span.end;
    let until = if end == Instant::MAX {
        "no end in sight".to_owned()
    } else {
        format!("for {} until {}", end.since(opening.span.start).show(), zone.show(end, from))
    };
    (start, until)
}

fn needed(opening: &Opening) -> String {
    let needs = decision::needs(&opening.answer);
    let with = if needs.is_empty() { String::new() } else { format!(", with {}", decision::list(&needs)) };
    if opening.answer.verdict == Verdict::Block {
        format!("{with}, though something else blocks: ask `opsc gate`")
    } else {
        with
    }
}
