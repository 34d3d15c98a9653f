//! Seats, as policies write them: `1 of sre-owner and 1 of product-owner`, `2 of [a, b]`, `1 of sre in region`.

use super::Lower;
use crate::diag::Diagnostic;
use crate::policy::{BAD_SEATS, Seat, Seats};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal};

/// The most people that one seat may ask for.
const MOST_PEOPLE: i64 = 100;

impl Lower<'_> {
    /// The seats that an expression asks for.
    pub fn seats(&mut self, written: &Expr) -> Option<Seats> {
        let terms = match &written.kind {
            ExprKind::And(terms) => terms.as_slice(),
            _ => std::slice::from_ref(written),
        };
        let seats: Vec<Option<Seat>> = terms.iter().map(|term| self.seat(term.phrase(), term.span)).collect();
        let seats = seats.into_iter().collect::<Option<Vec<Seat>>>()?;
        Some(Seats { origin: self.origin(written.span), seats })
    }

    /// `1 of sre in region`, laid flat.
    pub fn seat(&mut self, parts: &[Expr], span: Span) -> Option<Seat> {
        let (count, roles, behind) = match parts {
            [count, of, roles, behind @ ..] if is_count(count) && of.word() == Some("of") => {
                (count, roles, behind)
            }
            _ => return self.no_seats(span),
        };
        let in_region = match behind {
            [] => false,
            [within, region] if within.word() == Some("in") && region.word() == Some("region") => true,
            _ => return self.no_seats(span),
        };
        let count = self.integer(count, 1, MOST_PEOPLE);
        let names = match &roles.kind {
            ExprKind::Bracket(names) => names.iter().flat_map(|name| name.list()).collect(),
            ExprKind::Word(_) => vec![roles],
            _ => return self.no_seats(roles.span),
        };
        let mut ids = Vec::new();
        for name in names {
            if name.word().is_none() {
                return self.no_seats(name.span);
            }
            ids.push(self.id(name));
        }
        let roles = ids.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Seat { count: u32::try_from(count?).ok()?, roles, in_region })
    }

    fn no_seats(&mut self, span: Span) -> Option<Seat> {
        let text = self.sources.text_of(span);
        let message = format!("`{text}` says no seats");
        self.report(Diagnostic::new(&BAD_SEATS, span, message).help(
            "write how many of which role, as in `1 of sre-owner`, `2 of [sre-owner, product-owner]` or `1 of sre in region`",
        ));
        None
    }
}

/// Whether a part can begin a seat.
pub(super) fn is_count(part: &Expr) -> bool {
    matches!(part.kind, ExprKind::Literal(Literal::Number))
}
