//! `opsc init`: a small policy to begin with, which checks without a word, tests and builds.

use super::{Command, Context, Exit, Failure, Output, files};
use crate::syntax::RESERVED;

/// Write a small policy to begin with
///
/// It checks without a word, its tests pass, and it builds. A file that is there is never overwritten.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// The folder of the policy
    #[arg(default_value = ".", value_parser = files::argument)]
    dir: String,
}

/// The files, with `NAME` where the policy's name belongs.
const FILES: &[(&str, &str)] =
    &[("main.ops", include_str!("init/main.ops")), ("people.ops", include_str!("init/people.ops"))];

impl Command for Init {
    const NAME: &'static str = "init";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the policy is written"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::Unreadable, "a file is there already, or cannot be written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let folder = self.dir.trim_end_matches('/');
        let place = |name: &str| if folder == "." { name.to_owned() } else { format!("{folder}/{name}") };
        let name = name(folder);
        let texts: Vec<(String, String)> =
            FILES.iter().map(|(file, text)| (place(file), text.replace("NAME", &name))).collect();
        files::refuse_to_overwrite(context.world, texts.iter().map(|(path, _)| path.as_str()))?;
        files::write_all(texts.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))?;
        let mut said: String = texts.iter().map(|(path, _)| format!("wrote {path}\n")).collect();
        let path = if folder == "." { String::new() } else { format!(" {folder}") };
        said.push_str(&format!(
            "\nnext\n  opsc check{path}    say what is wrong: now nothing\n  opsc test{path}     run its tests\n  \
             opsc gate{path} --tier T2    ask whether a change may land now\n  opsc build{path}    write its targets\n"
        ));
        Ok(Output::said(said))
    }
}

/// The folder's own name as a name of the language, or a plain one where it has no letters for that.
fn name(folder: &str) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_default();
    let given = absolute.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut name = String::new();
    for letter in given.chars() {
        match letter {
            'a'..='z' => name.push(letter),
            '0'..='9' if !name.is_empty() => name.push(letter),
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('-');
    let is_none = name.is_empty() || RESERVED.contains(&name);
    if is_none { "release-policy".to_owned() } else { name.to_owned() }
}
