//! Pictures of a policy for a design review: what is drawn is a [`Picture`], and each format writes the same one.

mod dot;
mod layout;
mod mermaid;
mod svg;
mod views;

pub use svg::{SHAPES, inline};
pub use views::{imports, levers, locks, pipelines};

/// Boxes with arrows between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it shows, in a line.
    pub title: String,
    /// What it shows, in a sentence: for who cannot see it.
    pub about: String,
    /// Boxes that belong together, in order.
    pub groups: Vec<Group>,
    /// Arrows.
    pub arrows: Vec<Arrow>,
    /// How groups stand to each other.
    pub arrangement: Arrangement,
}

/// How groups stand to each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// One below the other.
    #[default]
    Below,
    /// The last beside all others: what they point to.
    LastBeside,
}

/// Boxes that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub title: String,
    /// The boxes.
    pub boxes: Vec<Node>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its number: no other box of the picture has it.
    pub id: usize,
    /// Its name.
    pub name: String,
    /// Further lines.
    pub lines: Vec<String>,
    /// How it looks.
    pub shape: Shape,
}

/// How a box looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Something that is done.
    Step,
    /// Something that there is.
    Thing,
    /// Something that is held.
    Lock,
}

/// An arrow from box to box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The box it leaves.
    pub from: usize,
    /// The box it points to.
    pub to: usize,
    /// What it says; may be empty.
    pub text: String,
    /// How it looks.
    pub line: Line,
}

/// How an arrow looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// What comes next.
    Solid,
    /// What stands in another relation.
    Dashed,
}

/// One way to write a picture.
#[derive(Debug)]
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// One line, for `--help`.
    pub summary: &'static str,
    /// Writes it. Ends in a newline.
    pub render: fn(&Picture) -> String,
}

/// Every format; the first is the default.
pub static FORMATS: &[Format] = &[
    Format {
        name: "mermaid",
        summary: "for Markdown: a fence of GitHub or GitLab draws it",
        render: mermaid::render,
    },
    Format { name: "dot", summary: "for Graphviz", render: dot::render },
    Format {
        name: "svg",
        summary: "a picture that stands alone: no script, no network",
        render: svg::render,
    },
];

/// The format of this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
