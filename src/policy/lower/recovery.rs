//! Levers: what is flipped to go back.

use super::Lower;
use crate::policy::Lever;
use crate::schema::Declared;

pub(super) fn lever(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Lever> {
    let name = declared.name?;
    Some(Lever {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        flips: Vec::new(),
        steps: None,
        run: None,
        inverse: None,
        within: None,
        rotates: Vec::new(),
        available_until: None,
        keeps: None,
        cannot_undo: Vec::new(),
        after: Vec::new(),
    })
}
