//! Literals and words as values, each reported where it makes no sense.

use super::Lower;
use crate::calendar::{Date, Elapsed, Instant, TimeOfDay, Weekday, Zone};
use crate::policy::{Action, Party, Phase};
use crate::schema::WEEKDAYS;
use crate::syntax::tree::{Expr, ExprKind};
use crate::types;

impl Lower<'_> {
    /// The value of a text in quotes.
    pub fn string(&self, written: &Expr) -> Option<String> {
        match &written.kind {
            ExprKind::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The texts under a label in all statements of a field.
    pub fn strings<'t>(
        &self,
        given: impl IntoIterator<Item = &'t crate::schema::Given<'t>>,
        label: &str,
    ) -> Vec<String> {
        given
            .into_iter()
            .flat_map(|given| given.captures.all(label))
            .filter_map(|text| self.string(text))
            .collect()
    }

    /// `18:00`
    pub fn time(&mut self, written: &Expr) -> Option<TimeOfDay> {
        let time = types::time(self.sources.text_of(written.span), written.span);
        self.checked(time)
    }

    /// `2025-11-27`
    pub fn date(&mut self, written: &Expr) -> Option<Date> {
        let date = types::date(self.sources.text_of(written.span), written.span);
        self.checked(date)
    }

    /// `1h30m`
    pub fn duration(&mut self, written: &Expr) -> Option<Elapsed> {
        let duration = types::duration(self.sources.text_of(written.span), written.span);
        self.checked(duration)
    }

    /// An instant in any of its forms.
    pub fn instant(&mut self, written: &Expr) -> Option<Instant> {
        let instant = types::instant(self.sources, written);
        self.checked(instant)
    }

    /// `3rd`, up to `most`.
    pub fn ordinal(&mut self, written: &Expr, most: u8) -> Option<u8> {
        let ordinal = types::ordinal(self.sources.text_of(written.span), most, written.span);
        self.checked(ordinal)
    }

    /// A whole number from `least` to `most`.
    pub fn integer(&mut self, written: &Expr, least: i64, most: i64) -> Option<i64> {
        let integer = types::integer(self.sources.text_of(written.span), least, most, written.span);
        self.checked(integer)
    }

    /// The zone that a text in quotes names.
    pub fn zone(&mut self, written: &Expr) -> Option<Zone> {
        let name = self.string(written)?;
        self.checked(types::zone(&name, written.span))
    }

    /// `Fri`
    pub fn weekday(&self, written: &Expr) -> Option<Weekday> {
        let at = WEEKDAYS.iter().position(|day| Some(*day) == written.word())?;
        Weekday::try_from(u8::try_from(at).ok()?).ok()
    }

    /// A role, a team, or a person in quotes.
    pub fn party(&mut self, written: &Expr) -> Option<Party> {
        if let Some(person) = self.string(written) {
            return Some(Party::Person(person));
        }
        let name = written.word()?;
        if self.names.find("team", name).is_some() {
            return self.id(written).map(Party::Team);
        }
        if self.names.find("role", name).is_some() {
            return self.id(written).map(Party::Role);
        }
        if self.is_library(written.span) {
            self.unknown("role", name, written.span);
            return None;
        }
        let finding = self.names.unknown("role", name, written.span);
        self.report(finding.help("an owner is a role, a team, or a person in quotes"));
        None
    }

    /// `deploy`, as an action.
    pub fn action(&mut self, written: &Expr) -> Option<Action> {
        self.one_of(written, "action", &Action::ALL.map(|action| (action.name(), action)))
    }

    /// `deploy`, as a phase.
    pub fn phase(&mut self, written: &Expr) -> Option<Phase> {
        self.one_of(written, "phase", &Phase::ALL.map(|phase| (phase.name(), phase)))
    }

    /// One of a fixed list of words; another is reported.
    pub fn one_of<T: Copy>(&mut self, written: &Expr, what: &str, words: &[(&str, T)]) -> Option<T> {
        let word = written.word()?;
        let found = words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            let finding = crate::diag::Diagnostic::new(
                &crate::resolve::UNKNOWN_NAME,
                written.span,
                format!("`{word}` is no {what}"),
            );
            let names = || words.iter().map(|(name, _)| *name);
            self.report(match crate::schema::suggest::closest(word, names()) {
                Some(near) => finding.fix(format!("write `{near}`"), written.span, near),
                None => finding.help(format!("there is {}", crate::schema::suggest::one_of(names()))),
            });
        }
        found
    }
}
