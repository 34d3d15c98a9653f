//! The generated parser, and what people call each of its rules.

/// The parser that `grammar/ops.pest` describes.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/ops.pest"]
pub(super) struct OpsParser;

impl Rule {
    /// What a message calls this rule; none where naming it would help nobody.
    pub(super) fn human_name(self) -> Option<&'static str> {
        Some(match self {
            Self::item | Self::node | Self::entry | Self::head | Self::bad | Self::junk => "a statement",
            Self::block => "a block",
            Self::doc => "documentation",
            Self::attribute => "an attribute",
            Self::import => "`use`",
            Self::only => "names in braces",
            Self::annotation => "`:`",
            Self::clause | Self::clause_word => "a clause",
            Self::expr | Self::negative | Self::malformed => "a value",
            Self::joiner => "`and` or `or`",
            Self::not => "`not`",
            Self::range => "`..`",
            Self::operator | Self::minus => "an operator",
            Self::arguments => "arguments",
            Self::bracket => "a list in brackets",
            Self::paren => "parentheses",
            Self::word | Self::foreign => "a name",
            Self::boolean => "`true` or `false`",
            Self::string => "a string",
            Self::zoned => "a date-time in a zone",
            Self::instant => "an instant",
            Self::local => "a date-time",
            Self::date => "a date",
            Self::time => "a time",
            Self::duration => "a duration",
            Self::ordinal => "an ordinal",
            Self::points => "percentage points",
            Self::ratio => "a ratio",
            Self::rate => "a rate",
            Self::number => "a number",
            Self::money => "an amount of money",
            Self::EOI => "the end of the statement",
            Self::fill | Self::gap | Self::lines | Self::preface | Self::path | Self::braces => return None,
            Self::end
            | Self::touching
            | Self::part
            | Self::negated
            | Self::tail
            | Self::members
            | Self::operand
            | Self::literal => {
                return None;
            }
            Self::name_part | Self::reserved | Self::beyond_ascii => return None,
            Self::day | Self::clock | Self::two | Self::decimal | Self::edge => return None,
        })
    }
}
