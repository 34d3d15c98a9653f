//! `opsc calendar`: what holds when, region by region, in a terminal or as a page.

use super::gate::{count, instant};
use super::{Command, Context, Exit, Failure, Output, files, policy};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{Action, Id, Named, Policy, Table};
use crate::render::Paint;
use crate::render::calendar::{self, Shown};
use crate::schedule::{Scope, lanes, stress};
use crate::schema::suggest::closest;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

/// So many days are drawn at the most.
const MOST_DAYS: u16 = 400;
/// So many are looked at under stress: ten years.
const MOST_DAYS_OF_STRESS: u16 = 3660;

/// Show what holds when, region by region
///
/// With `--stress`, for each tier and region: the share of time in which the calendar is open, and the longest stretch without a
/// slot, over the policy's horizon. Exact, to the second. A slot must be open for as long as the longest rollout of a release of
/// that tier takes in the region, from the first step that asks the calendar to the last, without waiting half-way; where no
/// release says how it rolls out, any open instant is one.
#[derive(Debug, clap::Args)]
pub struct Calendar {
    /// The policy: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument, value_name = "PATH")]
    path: String,
    /// From this instant on, instead of now
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// How many days to show: 14, in a picture 365, with --stress as many as the policy's horizon has
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true)]
    days: Option<String>,
    /// Only this region; several may be given
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Only what concerns this component; several may be given
    #[arg(long = "component", value_name = "COMPONENT")]
    components: Vec<String>,
    /// Show how long a change has to wait at the worst, by tier and region
    #[arg(long)]
    stress: bool,
    /// With --stress, what is done; without it, whatever there is
    #[arg(long, requires = "stress", value_parser = PossibleValuesParser::new(Action::ALL.map(Action::name)))]
    action: Option<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Strips of signs, then every span
    Terminal,
    /// A page that stands alone: no script, no network
    Html,
    /// A picture for a README: no script, legible on light and on dark ground
    Svg,
    /// One JSON object
    Json,
}

impl Command for Calendar {
    const NAME: &'static str = "calendar";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "shown"),
        (Exit::Usage, "the command line was not understood, or names what the policy does not have"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "something could not be read or written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let now = Instant::from_system(context.world.now());
        let valid = policy::load(context, &self.path)?;
        let policy = &valid.policy;
        let within = self.within(policy, now)?;
        let scope = Scope {
            regions: named("region", &policy.regions, &self.regions)?,
            components: named("component", &policy.components, &self.components)?,
        };
        let paint = if self.output.is_some() { Paint::Plain } else { context.console.out };
        let text = if self.stress {
            self.stressed(policy, &scope, within, paint)?
        } else {
            let lanes = lanes(policy, &scope, within);
            let shown = Shown { policy, lanes: &lanes, within, now };
            match self.format {
                Format::Html => calendar::html(&shown),
                Format::Svg => calendar::svg(&shown),
                Format::Json => calendar::json(&shown),
                Format::Terminal => calendar::terminal(&shown, paint),
            }
        };
        match &self.output {
            Some(path) => {
                files::write_all([(path.as_str(), text.as_bytes())])?;
                Ok(Output::said(""))
            }
            None => Ok(Output::said(text)),
        }
    }
}

impl Calendar {
    /// The span that is asked for.
    fn within(&self, policy: &Policy, now: Instant) -> Result<Interval, Failure> {
        let most = if self.stress { MOST_DAYS_OF_STRESS } else { MOST_DAYS };
        let days = self.days.as_deref().map(|days| count("--days", days, most)).transpose()?;
        let from = self.from.as_deref().map(|text| instant("--from", text)).transpose()?;
        if self.stress && days.is_none() && from.is_none() {
            return Ok(policy.horizon);
        }
        let default = if self.stress || self.format == Format::Svg { 365 } else { 14 };
        let from = from.unwrap_or(if self.stress { policy.horizon.start } else { now });
        Ok(Interval::new(from, from.plus(Elapsed::days(i64::from(days.unwrap_or(default))))))
    }

    fn stressed(
        &self,
        policy: &Policy,
        scope: &Scope,
        within: Interval,
        paint: Paint,
    ) -> Result<String, Failure> {
        let action = Action::ALL.into_iter().find(|action| Some(action.name()) == self.action.as_deref());
        let found = stress(policy, scope, action, within).map_err(|_| {
            Failure::usage("the policy asks for more evidence and people than can be told apart".to_owned())
        })?;
        let concerned =
            if self.components.is_empty() { "everything".to_owned() } else { self.components.join(", ") };
        match self.format {
            Format::Terminal => Ok(calendar::stress(policy, &found, &concerned, paint)),
            Format::Json => Ok(calendar::stress_json(policy, &found)),
            Format::Html | Format::Svg => Err(Failure::usage("`--stress` is not drawn".to_owned())
                .help("`--format terminal` and `--format json` show it")),
        }
    }
}

/// The ids of names on the command line.
fn named<T: Named>(what: &str, table: &Table<T>, names: &[String]) -> Result<Vec<Id<T>>, Failure> {
    names
        .iter()
        .map(|name| {
            table.find(name).ok_or_else(|| {
                let known = table.rows().iter().map(Named::name);
                let failure = Failure::usage(format!("the policy has no {what} `{name}`"));
                match closest(name, known.clone()) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure.help(format!("it has {}", known.collect::<Vec<_>>().join(", "))),
                }
            })
        })
        .collect()
}
