//! Which of the protocol's sorts of symbol each declaration is shown as.

use gen_lsp_types::SymbolKind;

/// The sort of each keyword whose symbol is no plain object. Editors choose an icon by it.
static KINDS: &[(&str, SymbolKind)] = &[
    ("policy", SymbolKind::Package),
    ("region", SymbolKind::Namespace),
    ("environment", SymbolKind::Namespace),
    ("component", SymbolKind::Module),
    ("service", SymbolKind::Module),
    ("surface", SymbolKind::Module),
    ("role", SymbolKind::Interface),
    ("team", SymbolKind::Interface),
    ("audience", SymbolKind::Interface),
    ("fact", SymbolKind::Variable),
    ("metric", SymbolKind::Variable),
    ("probe", SymbolKind::Variable),
    ("flag", SymbolKind::Boolean),
    ("tier", SymbolKind::EnumMember),
    ("severity", SymbolKind::EnumMember),
    ("status", SymbolKind::EnumMember),
    ("freeze", SymbolKind::Enum),
    ("window", SymbolKind::Event),
    ("holidays", SymbolKind::Event),
    ("maintenance", SymbolKind::Event),
    ("incident", SymbolKind::Event),
    ("release", SymbolKind::Event),
    ("exception", SymbolKind::Event),
    ("pipeline", SymbolKind::Class),
    ("stage", SymbolKind::Method),
    ("lever", SymbolKind::Function),
    ("rollback", SymbolKind::Function),
    ("gate", SymbolKind::Function),
    ("test", SymbolKind::Function),
    ("prove", SymbolKind::Function),
    ("lock", SymbolKind::Key),
    ("pins", SymbolKind::Constant),
    ("template", SymbolKind::String),
    ("target", SymbolKind::File),
];

/// The sort that declarations of a keyword are shown as.
pub(super) fn kind_of(keyword: &str) -> SymbolKind {
    KINDS.iter().find(|(known, _)| *known == keyword).map_or(SymbolKind::Object, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::schema;

    #[test]
    fn only_what_can_be_declared_has_a_sort() {
        for (keyword, _) in KINDS.iter().filter(|(keyword, _)| *keyword != "stage") {
            assert!(schema().kind(keyword).is_some(), "{keyword}");
        }
    }
}
