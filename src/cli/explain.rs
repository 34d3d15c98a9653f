//! `opsc explain`: the manual's page about a rule or a command, or the library's text, in the terminal.

use super::{COMMANDS, Command, Context, Exit, Failure, Output, codes, command_line, declarations};
use crate::emit::TARGETS;
use crate::render::{Paint, WIDTH, highlight, markdown, wrap::wrap};
use crate::resolve::LIBRARY;
use crate::schema::schema;

/// Show the page about a rule, a declaration, a target or a command, or a file of the library
///
/// A rule is called what stands in brackets in a report: `error[unknown-name]`. A file of the library, such as
/// `std/tiers.ops` or `std.tiers`, is shown as it is.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// What to explain; without it, everything there is a page about is listed
    name: Option<String>,
}

/// A kind of thing that has pages.
struct Shelf {
    title: &'static str,
    /// Names with one line each.
    names: fn() -> Vec<(String, String)>,
    page: fn(&str, Paint) -> Option<String>,
}

static SHELVES: &[Shelf] = &[
    Shelf { title: "commands", names: command_names, page: command_page },
    Shelf { title: "declarations", names: declaration_names, page: declaration_page },
    Shelf { title: "library", names: library_names, page: library_page },
    Shelf { title: "targets", names: target_names, page: target_page },
    Shelf { title: "rules", names: rule_names, page: rule_page },
];

impl Command for Explain {
    const NAME: &'static str = "explain";
    const EXITS: &'static [(Exit, &'static str)] =
        &[(Exit::Done, "there is such a page"), (Exit::Usage, "there is no page of this name")];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let Some(name) = &self.name else { return Ok(Output::said(list())) };
        let pages: Vec<String> =
            SHELVES.iter().filter_map(|shelf| (shelf.page)(name, context.console.out)).collect();
        if pages.is_empty() {
            return Err(unknown(name));
        }
        Ok(Output::said(pages.join("\n")))
    }
}

fn list() -> String {
    let shelves = SHELVES.iter().map(|shelf| {
        let names = (shelf.names)();
        let width = names.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let indent = " ".repeat(width + 4);
        let lines = names
            .iter()
            .map(|(name, about)| format!("  {name:width$}  {}\n", wrap(about, WIDTH, width + 4, &indent)));
        format!("{}\n{}", shelf.title, lines.collect::<String>())
    });
    shelves.collect::<Vec<_>>().join("\n")
}

/// Everything there is a page about, with one line each.
pub(super) fn names() -> impl Iterator<Item = (String, String)> {
    SHELVES.iter().flat_map(|shelf| (shelf.names)())
}

fn unknown(name: &str) -> Failure {
    let near = names()
        .map(|(known, _)| (strsim::damerau_levenshtein(&known, name), known))
        .min()
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4);
    let failure = Failure::usage(format!("there is no page about `{name}`"));
    match near {
        Some((_, known)) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("`opsc explain` lists every page"),
    }
}

fn rule_names() -> Vec<(String, String)> {
    codes().iter().map(|code| (code.name.to_owned(), code.summary.to_owned())).collect()
}

fn rule_page(name: &str, paint: Paint) -> Option<String> {
    codes().iter().find(|code| code.name == name).map(|code| markdown::terminal(code.page, paint))
}

fn declaration_names() -> Vec<(String, String)> {
    schema().kinds().iter().map(|kind| (kind.row.keyword.to_owned(), kind.row.doc.to_owned())).collect()
}

fn declaration_page(name: &str, paint: Paint) -> Option<String> {
    declarations::page_of(name).map(|page| markdown::terminal(&page, paint))
}

fn library_names() -> Vec<(String, String)> {
    let about = |text: &str| text.lines().next().unwrap_or("").trim_start_matches("//!").trim().to_owned();
    LIBRARY.iter().map(|module| (format!("std.{}", module.name), about(module.text))).collect()
}

fn library_page(name: &str, paint: Paint) -> Option<String> {
    let module = LIBRARY.iter().find(|module| {
        module.file == name || name.strip_prefix("std.").is_some_and(|rest| rest == module.name)
    })?;
    Some(highlight::ops(module.text, paint))
}

fn target_names() -> Vec<(String, String)> {
    TARGETS.iter().map(|target| (target.name.to_owned(), target.summary.to_owned())).collect()
}

fn target_page(name: &str, paint: Paint) -> Option<String> {
    TARGETS.iter().find(|target| target.name == name).map(|target| markdown::terminal(target.page, paint))
}

fn command_names() -> Vec<(String, String)> {
    let line = command_line();
    let about = |name: &str| line.find_subcommand(name)?.get_about().map(ToString::to_string);
    COMMANDS.iter().map(|row| (row.name.to_owned(), about(row.name).unwrap_or_default())).collect()
}

fn command_page(name: &str, paint: Paint) -> Option<String> {
    let mut line = command_line().term_width(WIDTH);
    line.build();
    let help = line.find_subcommand_mut(name)?.render_long_help();
    Some(match paint {
        Paint::Plain => help.to_string(),
        Paint::Colour => help.ansi().to_string(),
    })
}
