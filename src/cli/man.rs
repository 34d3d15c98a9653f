//! `opsc man`: the help of every command as manual pages.

use super::{COMMANDS, Command, Context, EXITS, Exit, Failure, Output, command_line, files};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// Print a manual page, or write all of them
///
/// `opsc man gate | man -l -` shows the one about `opsc gate`; a command within a command is called as in `opsc man log-verify`.
#[derive(Debug, clap::Args)]
pub struct Manual {
    /// The command that the page is about; without it, opsc itself
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Option<String>,
    /// Write the page of every command into this folder
    #[arg(long, short, value_name = "DIR")]
    output: Option<String>,
}

/// A page: the name of its file, and its text.
type Page = (String, String);

impl Command for Manual {
    const NAME: &'static str = "man";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "printed, or written"),
        (Exit::Usage, "the command line was not understood, or there is no such command"),
        (Exit::Unreadable, "a page cannot be written"),
    ];

    fn run(&self, _: &Context<'_>) -> Result<Output, Failure> {
        let pages = pages().map_err(|error| Failure::unwritable("man", &error))?;
        let Some(folder) = &self.output else {
            let name = self.command.as_deref().map_or(String::new(), |name| format!("-{name}"));
            let wanted = format!("opsc{name}.1");
            let page = pages.into_iter().find(|(file, _)| *file == wanted);
            let (_, page) = page.ok_or_else(|| {
                Failure::usage(format!("there is no page `{wanted}`"))
                    .help("`opsc --help` lists the commands")
            })?;
            return Ok(Output::said(page));
        };
        let placed =
            pages.iter().map(|(file, text)| (format!("{}/{file}", folder.trim_end_matches('/')), text));
        let placed: Vec<(String, &String)> = placed.collect();
        files::write_all(placed.iter().map(|(place, text)| (place.as_str(), text.as_bytes())))?;
        Ok(Output::said(placed.iter().map(|(place, _)| format!("wrote {place}\n")).collect::<String>()))
    }
}

/// `opsc.1`, and a page for each command and each command within one.
fn pages() -> io::Result<Vec<Page>> {
    let mut line = command_line();
    line.build();
    let mut pages = vec![page(&line, "opsc", EXITS)?];
    for row in COMMANDS {
        let Some(command) = line.find_subcommand(row.name) else { continue };
        let name = format!("opsc-{}", row.name);
        pages.push(page(command, &name, row.exits)?);
        for inner in command.get_subcommands() {
            pages.push(page(inner, &format!("{name}-{}", inner.get_name()), row.exits)?);
        }
    }
    Ok(pages)
}

/// It carries no date: the same program writes the same page.
fn page(command: &clap::Command, name: &str, exits: &[(Exit, &str)]) -> io::Result<Page> {
    let has_commands = command.get_subcommands().next().is_some();
    let version = env!("CARGO_PKG_VERSION");
    // Its exit codes have a section of their own.
    let man = Man::new(command.clone().display_name(name).after_help("").version(version));
    let title = name.to_uppercase();
    let mut text = format!(".TH {title} 1 \"\" \"opsc {version}\" \"opsc manual\"\n").into_bytes();
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if has_commands {
        man.render_subcommands_section(&mut text)?;
    }
    man.render_options_section(&mut text)?;
    let mut tail = Roff::new();
    tail.control("SH", ["EXIT STATUS"]);
    for (exit, meaning) in exits {
        tail.control("TP", []);
        tail.text([bold(exit.code().to_string())]);
        tail.text([roman(*meaning)]);
    }
    if let Some((parent, _)) = name.rsplit_once('-') {
        tail.control("SH", ["SEE ALSO"]);
        tail.control("BR", [parent, "(1)"]);
    }
    tail.to_writer(&mut text)?;
    Ok((format!("{name}.1"), String::from_utf8_lossy(&text).into_owned()))
}
