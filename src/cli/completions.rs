//! `opsc completions`: what a shell needs to complete command lines of `opsc`.

use super::{Command, Context, Exit, Failure, Output, command_line, explain};
use clap::ValueHint;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap_complete::Shell;

/// Print the completions for a shell
///
/// `packaging/install` puts them where bash, zsh and fish look. By hand:
///
/// bash: `source <(opsc completions bash)` in ~/.bashrc
///
/// zsh: `opsc completions zsh > DIR/_opsc`, with DIR in $fpath
///
/// fish: `opsc completions fish > ~/.config/fish/completions/opsc.fish`
///
/// elvish: `eval (opsc completions elvish | slurp)` in rc.elv
///
/// PowerShell: `opsc completions powershell | Out-String | Invoke-Expression` in $PROFILE
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// What is completed for a value, by what the help calls it.
const HINTS: &[(&str, ValueHint)] = &[
    ("PATH", ValueHint::AnyPath),
    ("PATH|RELEASE", ValueHint::AnyPath),
    ("OLD", ValueHint::AnyPath),
    ("NEW", ValueHint::AnyPath),
    ("FILE", ValueHint::FilePath),
    ("DIR", ValueHint::DirPath),
];

impl Command for Completions {
    const NAME: &'static str = "completions";
    const EXITS: &'static [(Exit, &'static str)] =
        &[(Exit::Done, "printed"), (Exit::Usage, "the command line was not understood")];

    fn run(&self, _: &Context<'_>) -> Result<Output, Failure> {
        let mut line = hinted(command_line());
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut line, "opsc", &mut script);
        let mut script = String::from_utf8_lossy(&script).into_owned();
        if self.shell == Shell::Fish {
            script.push_str(&fish_values(&line));
        }
        Ok(Output::said(script))
    }
}

/// The command line with what a shell can know of values beyond their form: which are paths, and of what there are pages.
fn hinted(line: clap::Command) -> clap::Command {
    let pages = explain::names().map(|(name, about)| PossibleValue::new(name).help(about));
    let pages = PossibleValuesParser::new(pages);
    line.mut_subcommands(|command| {
        command.mut_subcommands(|inner| inner.mut_args(with_hint)).mut_args(with_hint)
    })
    .mut_subcommand("explain", |command| command.mut_arg("name", |name| name.value_parser(pages)))
}

/// The values of arguments without a dash, which the generated script for fish leaves out.
fn fish_values(line: &clap::Command) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    let mut script = String::new();
    for command in line.get_subcommands() {
        for value in command.get_positionals().flat_map(clap::Arg::get_possible_values) {
            let about = value.get_help().map(|help| quoted(&help.to_string())).unwrap_or_default();
            script.push_str(&format!(
                "complete -c opsc -n '__fish_opsc_using_subcommand {}' -f -a '{}' -d '{about}'\n",
                command.get_name(),
                quoted(value.get_name()),
            ));
        }
    }
    script
}

fn with_hint(argument: clap::Arg) -> clap::Arg {
    let name = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let name = name.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
    match HINTS.iter().find(|(known, _)| *known == name) {
        Some((_, hint)) => argument.value_hint(*hint),
        None => argument,
    }
}
