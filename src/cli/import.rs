//! `opsc import`: a foreign calendar as a policy, with a report on what it says that its authors may not mean.

use super::{Command, Context, Exit, Failure, Output, files, policy};
use crate::calendar::{Date, Instant, Zone};
use crate::diag::Habit;
use crate::import::{self, Format, ImportError, Imported, Meaning, Options, Remark};
use crate::render::{Report, WIDTH, count, guard::visible, human, wrap::wrap};
use crate::world::{MemoryWorld, World};
use clap::builder::PossibleValuesParser;

/// Make a policy of a foreign calendar
///
/// The policy goes to standard output, the report to standard error: what the source does that its authors may not mean,
/// and what could not be carried over. Nothing is dropped in silence.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The calendar
    #[arg(value_parser = files::argument)]
    file: String,
    /// What it is; without it, its content says so
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<String>,
    /// What the events of an iCalendar file are
    #[arg(long = "as", value_name = "MEANING", default_value = "freezes", value_parser = meanings())]
    meaning: String,
    /// The freeze kind of what names none
    #[arg(long, value_name = "KIND", default_value = "hard", value_parser = PossibleValuesParser::new(["hard", "soft", "advisory"]))]
    kind: String,
    /// The day of the import, today unless given: what must be written out is, to the end of the year behind it
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Write the policy's files into this folder instead; what is there already stays
    #[arg(short, long, value_name = "DIR")]
    output: Option<String>,
}

const MEANINGS: &[(&str, Meaning)] = &[("freezes", Meaning::Freezes), ("holidays", Meaning::Holidays)];

fn meanings() -> PossibleValuesParser {
    PossibleValuesParser::new(MEANINGS.iter().map(|(name, _)| *name))
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(Format::all().map(Format::name))
}

impl Command for Import {
    const NAME: &'static str = "import";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the policy was made and checks by itself"),
        (Exit::Found, "the policy was made, but has errors that must be mended by hand"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::Unreadable, "the calendar cannot be read, or a file cannot be written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let bytes =
            context.world.read(&self.file).map_err(|error| Failure::unreadable(&self.file, &error))?;
        let meaning = MEANINGS.iter().find(|(name, _)| *name == self.meaning);
        let options = Options {
            format: self.format.as_deref().and_then(Format::named),
            meaning: meaning.map_or(Meaning::Freezes, |(_, meaning)| *meaning),
            kind: self.kind.clone(),
            ..Options::on(
                self.on.unwrap_or_else(|| Zone::UTC.date(Instant::from_system(context.world.now()))),
            )
        };
        let imported =
            import::import(&self.file, &bytes, &options).map_err(|errors| refused(&self.file, &errors))?;
        let (findings, exit) = checked(context, &imported)?;
        let report = report(&self.file, &imported.report) + &findings;
        let said = match &self.output {
            Some(folder) => write(context.world, folder, &imported)?,
            None => print(&imported)?,
        };
        Ok(Output::said(said).noted(report).exit(exit))
    }
}

/// Everything that could not be read, by line.
fn refused(file: &str, errors: &[ImportError]) -> Failure {
    let lines = errors.iter().map(|error| {
        let place = format!("{file}:{}:{}: ", error.line, error.column);
        let message = wrap(&error.message, WIDTH, place.len(), "    ");
        let help = wrap(&format!("help: {}", error.help), WIDTH, 2, "    ");
        visible(&format!("{place}{message}\n  {help}\n")).into_owned()
    });
    let report: String = lines.collect();
    Failure::malformed(format!("nothing was imported: {}", count(errors.len(), "error"))).after(report)
}

/// What there is to know about the import, by line.
fn report(file: &str, remarks: &[Remark]) -> String {
    let line = |remark: &Remark| {
        let place = format!("{file}:{}: {}: ", remark.line, remark.kind);
        let mut text = format!("{place}{}\n", wrap(&remark.text, WIDTH, place.len(), "    "));
        if !remark.detail.is_empty() {
            text.push_str(&format!("    {}\n", wrap(&remark.detail, WIDTH, 4, "    ")));
        }
        visible(&text).into_owned()
    };
    remarks.iter().map(line).collect()
}

/// What a check finds in the policy that was made.
fn checked(context: &Context<'_>, imported: &Imported) -> Result<(String, Exit), Failure> {
    let now = u64::try_from(Instant::from_system(context.world.now()).unix()).unwrap_or(0);
    let world = imported
        .files
        .iter()
        .fold(MemoryWorld::at(now), |world, (path, text)| world.with_file(path, text.as_str()));
    let checked = policy::check(&world, "main.ops", Habit::Always)?;
    let codes = super::codes();
    let report = Report { sources: &checked.sources, found: &checked.diagnostics, codes: &codes };
    let exit = if checked.policy.is_some() { Exit::Done } else { Exit::Found };
    Ok((human(&report, context.console.err), exit))
}

fn print(imported: &Imported) -> Result<String, Failure> {
    let mut files = imported.files.values();
    match (files.next(), files.next()) {
        (Some(only), None) => Ok(only.clone()),
        _ => Err(Failure::usage("the policy has several files").help("name a folder for them: `-o DIR`")),
    }
}

fn write(world: &dyn World, folder: &str, imported: &Imported) -> Result<String, Failure> {
    let places: Vec<(String, &str)> = imported
        .files
        .iter()
        .map(|(path, text)| (format!("{}/{path}", folder.trim_end_matches('/')), text.as_str()))
        .collect();
    files::refuse_to_overwrite(world, places.iter().map(|(place, _)| place.as_str()))?;
    files::write_all(places.iter().map(|(place, text)| (place.as_str(), text.as_bytes())))?;
    Ok(places.iter().map(|(place, _)| format!("wrote {place}\n")).collect())
}
