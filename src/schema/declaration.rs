//! What a declaration may hold, as plain rows: adding a field is adding one.

/// One kind of declaration: the whole of what is known of it.
#[derive(Debug)]
pub struct Declaration {
    /// The word it begins with.
    pub keyword: &'static str,
    /// One sentence for reference, completion and hover.
    pub doc: &'static str,
    /// Pattern of what stands behind the word; `new` in it is the name it declares, `title` its title.
    pub head: &'static str,
    /// Pattern of what stands behind `:`; empty means that nothing does.
    pub annotation: &'static str,
    /// What its block may hold; a declaration without fields has no block.
    pub fields: &'static [Field],
    /// Clauses allowed behind its head.
    pub clauses: &'static [ClauseWord],
    /// The space its name must be unique in, where it shares one with other kinds.
    pub space: &'static str,
    /// How often a policy may say it.
    pub arity: Arity,
}

/// One statement that a block may hold.
#[derive(Debug)]
pub struct Field {
    /// The word it begins with; empty for a statement that begins with any name, which is then its first part.
    pub keyword: &'static str,
    /// Pattern of what stands behind the word (see [`super::Pattern`]).
    pub pattern: &'static str,
    /// Pattern of what stands behind `:`; empty means that nothing does.
    pub annotation: &'static str,
    /// How often it may be said.
    pub arity: Arity,
    /// What its own block may hold; none means that it takes no block.
    pub fields: &'static [Field],
    /// Clauses allowed behind it.
    pub clauses: &'static [ClauseWord],
    /// What holds where it is left out, in words.
    pub default: &'static str,
    /// One sentence for reference, completion and hover.
    pub doc: &'static str,
    /// What a mend writes where a required field is missing; empty where nobody can know it.
    pub insert: &'static str,
}

/// How often a thing may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly once.
    Once,
    /// At most once.
    Optional,
    /// As often as wanted.
    Many,
    /// At least once.
    Several,
}

impl Arity {
    /// Whether it must be said.
    pub fn required(self) -> bool {
        matches!(self, Self::Once | Self::Several)
    }

    /// Whether it may be said again.
    pub fn repeats(self) -> bool {
        matches!(self, Self::Many | Self::Several)
    }
}

/// A clause behind a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClauseWord {
    /// `when CONDITION`
    When,
    /// `where CONDITION`
    Where,
    /// `because "reason"`
    Because,
}

impl ClauseWord {
    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Where => "where",
            Self::Because => "because",
        }
    }
}

/// A declaration that may be said as often as wanted, with a head and a doc, and no field yet.
pub const fn declaration(keyword: &'static str, head: &'static str, doc: &'static str) -> Declaration {
    Declaration {
        keyword,
        doc,
        head,
        annotation: "",
        fields: &[],
        clauses: &[],
        space: keyword,
        arity: Arity::Many,
    }
}

impl Declaration {
    /// With what stands behind `:`.
    #[must_use]
    pub const fn annotation(self, pattern: &'static str) -> Self {
        Self { annotation: pattern, ..self }
    }

    /// With what its block may hold.
    #[must_use]
    pub const fn fields(self, fields: &'static [Field]) -> Self {
        Self { fields, ..self }
    }

    /// With clauses behind its head.
    #[must_use]
    pub const fn clauses(self, clauses: &'static [ClauseWord]) -> Self {
        Self { clauses, ..self }
    }

    /// With a name that must be unique among several kinds.
    #[must_use]
    pub const fn space(self, space: &'static str) -> Self {
        Self { space, ..self }
    }

    /// With how often a policy may say it.
    #[must_use]
    pub const fn arity(self, arity: Arity) -> Self {
        Self { arity, ..self }
    }
}

/// A field that may be said once or left out.
pub const fn field(keyword: &'static str, pattern: &'static str, doc: &'static str) -> Field {
    Field {
        keyword,
        pattern,
        annotation: "",
        arity: Arity::Optional,
        fields: &[],
        clauses: &[],
        default: "",
        doc,
        insert: "",
    }
}

impl Field {
    /// It must be said, once.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { arity: Arity::Once, ..self }
    }

    /// It may be said as often as wanted.
    #[must_use]
    pub const fn many(self) -> Self {
        Self { arity: Arity::Many, ..self }
    }

    /// It must be said, and may be said again.
    #[must_use]
    pub const fn several(self) -> Self {
        Self { arity: Arity::Several, ..self }
    }

    /// With what stands behind `:`.
    #[must_use]
    pub const fn annotation(self, pattern: &'static str) -> Self {
        Self { annotation: pattern, ..self }
    }

    /// With a block of its own.
    #[must_use]
    pub const fn fields(self, fields: &'static [Field]) -> Self {
        Self { fields, ..self }
    }

    /// With clauses behind it.
    #[must_use]
    pub const fn clauses(self, clauses: &'static [ClauseWord]) -> Self {
        Self { clauses, ..self }
    }

    /// With what holds where it is left out, in words.
    #[must_use]
    pub const fn default(self, words: &'static str) -> Self {
        Self { default: words, ..self }
    }

    /// With what a mend writes where it is missing.
    #[must_use]
    pub const fn insert(self, text: &'static str) -> Self {
        Self { insert: text, ..self }
    }
}
