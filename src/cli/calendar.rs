//! `opsc calendar`: what holds when, region by region, in a terminal or as a page.

use super::gate::{count, instant};
use super::{Command, Context, Exit, Failure, Output, files, policy};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{Id, Named, Table};
use crate::render::calendar::{self, Shown};
use crate::schedule::{Scope, lanes};
use crate::schema::suggest::closest;
use clap::ValueEnum;

/// Show what holds when, region by region
#[derive(Debug, clap::Args)]
pub struct Calendar {
    /// The policy: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument, value_name = "PATH")]
    path: String,
    /// From this instant on, instead of now
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// How many days to show
    #[arg(long, default_value = "14", value_name = "COUNT", allow_hyphen_values = true)]
    days: String,
    /// Only this region; several may be given
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Only what concerns this component; several may be given
    #[arg(long = "component", value_name = "COMPONENT")]
    components: Vec<String>,
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
        let days = count("--days", &self.days, 400)?;
        let valid = policy::load(context, &self.path)?;
        let policy = &valid.policy;
        let from = self.from.as_deref().map_or(Ok(now), |text| instant("--from", text))?;
        let within = Interval::new(from, from.plus(Elapsed::days(i64::from(days))));
        let scope = Scope {
            regions: named("region", &policy.regions, &self.regions)?,
            components: named("component", &policy.components, &self.components)?,
        };
        let lanes = lanes(policy, &scope, within);
        let shown = Shown { policy, lanes: &lanes, within, now };
        let text = match (self.format, &self.output) {
            (Format::Html, _) => calendar::html(&shown),
            (Format::Terminal, None) => calendar::terminal(&shown, context.console.out),
            (Format::Terminal, Some(_)) => calendar::terminal(&shown, crate::render::Paint::Plain),
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
