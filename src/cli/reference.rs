//! `docs/commands.md`: written from the table of commands, and compared with it by a test.

use super::output::EXITS;
use super::{COMMANDS, command_line};

/// The command reference, as Markdown.
pub fn reference() -> String {
    let mut text = String::from(
        "# Commands\n\n\
         Written from the program itself: `BLESS=1 cargo test --test cli_reference` brings it up to date.\n\n\
         `PATH` is a policy file, or a folder with `main.ops`; without it, the current folder.\n\n\
         ```text\n",
    );
    let mut line = command_line().term_width(crate::render::WIDTH);
    line.build();
    text.push_str(line.render_long_help().to_string().trim_end());
    text.push_str("\n```\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (exit, meaning) in EXITS {
        text.push_str(&format!("| {} | {meaning} |\n", exit.code()));
    }
    for row in COMMANDS {
        let Some(command) = line.find_subcommand_mut(row.name) else { continue };
        let help = command.render_long_help().to_string();
        text.push_str(&format!("\n## opsc {}\n\n```text\n{}\n```\n", row.name, help.trim_end()));
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
