//! Colour, where it is wanted. It is never the only sign of anything.

/// Whether output carries colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// No escape sequences at all.
    Plain,
    /// ANSI colours.
    Colour,
}

/// What a piece of text is, which decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A heading, or the answer.
    Strong,
    /// What blocks, or is an error.
    Bad,
    /// What waits, or is a warning.
    Waiting,
    /// What is open, or passed.
    Good,
    /// A name that can be looked up, or a command to type.
    Name,
    /// What is there for the record.
    Faint,
    /// A text in quotes, in a policy.
    Quoted,
    /// A number, a duration, a date, in a policy.
    Value,
}

impl Style {
    fn sequence(self) -> &'static str {
        match self {
            Self::Strong => "\u{1b}[1m",
            Self::Bad => "\u{1b}[1;31m",
            Self::Waiting => "\u{1b}[1;33m",
            Self::Good => "\u{1b}[1;32m",
            Self::Name => "\u{1b}[36m",
            Self::Faint => "\u{1b}[2m",
            Self::Quoted => "\u{1b}[32m",
            Self::Value => "\u{1b}[33m",
        }
    }
}

impl Paint {
    /// The text in this style; unchanged where there is no colour, or nothing to colour.
    pub fn text(self, style: Style, text: &str) -> String {
        match self {
            Self::Colour if !text.is_empty() => format!("{}{text}\u{1b}[0m", style.sequence()),
            _ => text.to_owned(),
        }
    }
}
