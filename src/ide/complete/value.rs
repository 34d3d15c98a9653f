//! What may stand as a part of a phrase: its words, names of the right kind, and values with their units.

use super::snippet::example;
use super::{Found, Sort};
use crate::calendar::{Date, Zone};
use crate::ide::literal::{words, zones};
use crate::ide::statement::{Inner, Phrase, Side};
use crate::policy::{Action, Phase, StageKind};
use crate::schema::{Atom, MONTHS, Pattern, WEEKDAYS, schema};
use crate::source::Span;
use crate::syntax::tree::{Expr, Literal, NodeKind};
use crate::types::{self, Value};

/// The units of a sort, the commonest first.
const UNITS: &[(&str, &[&str])] = &[
    ("duration", &["m", "h", "d", "s", "ms"]),
    ("ratio", &["%"]),
    ("points", &["pp"]),
    ("rate", &["/s", "/m", "/h"]),
];

/// Dates that are offered before one is typed.
const DAYS_AHEAD: u64 = 14;

impl Found<'_, '_> {
    /// Within a phrase.
    pub(super) fn phrase(&mut self, phrase: &Phrase) {
        let Some(pattern) = phrase.pattern else { return self.conditions(phrase, &[]) };
        let going_on = match phrase.inner {
            Inner::Part => pattern.goes_on(&phrase.parts),
            _ => Vec::new(),
        };
        if going_on.iter().all(|part| part.atom().is_some_and(|(_, atom)| atom.takes_rest())) {
            self.rest(phrase, pattern);
        }
        for part in &going_on {
            if let Some(word) = part.word().filter(|word| *word != "..") {
                self.push(Sort::Word, word, "");
            }
        }
        for (label, atom) in going_on.iter().filter_map(|part| part.atom()) {
            self.values(label, atom, Some(phrase));
        }
        self.clauses(phrase, pattern);
    }

    /// Behind the part that takes all that is left, or within it.
    fn rest(&mut self, phrase: &Phrase, pattern: &Pattern) {
        let rest = (0..=phrase.parts.len()).rev().find_map(|count| {
            let before = phrase.parts.get(..count)?;
            let atoms = pattern.goes_on(before).into_iter().filter_map(|part| part.atom());
            let atom = atoms.map(|(_, atom)| atom).find(|atom| atom.takes_rest())?;
            Some((atom, phrase.parts.get(count..)?))
        });
        match rest {
            Some((Atom::Sort(sort), behind)) if sort.name == "seats" => self.seats(match &phrase.inner {
                Inner::Term(before) => before,
                _ => behind,
            }),
            Some((_, behind)) => self.conditions(phrase, behind),
            None => {}
        }
    }

    /// Clauses that may stand behind what is said already.
    fn clauses(&mut self, phrase: &Phrase, pattern: &Pattern) {
        let (annotation, clauses) = match (phrase.slot, schema().kind(&phrase.keyword)) {
            (Some(slot), _) => (&slot.annotation, slot.row.clauses),
            (None, Some(kind)) => (&kind.annotation, kind.row.clauses),
            (None, None) => return,
        };
        let is_whole = annotation.takes_nothing() || phrase.side == Side::Annotation;
        if is_whole && matches!(phrase.inner, Inner::Part) && pattern.fits(&phrase.parts) {
            for clause in clauses {
                self.push(Sort::Word, clause.name(), "a clause");
            }
        }
    }

    /// What may stand as one part.
    pub(super) fn values(&mut self, label: &str, atom: Atom, phrase: Option<&Phrase>) {
        let sort = match atom {
            Atom::Reference(keyword) => return self.names(keyword),
            Atom::Sort(sort) => sort.name,
        };
        let digits = self.typed().bytes().take_while(u8::is_ascii_digit).count();
        match sort {
            "weekday" => self.words(&WEEKDAYS, "a weekday"),
            "month" => self.words(&MONTHS, "a month"),
            "bool" => self.words(&["true", "false"], ""),
            "date" => self.dates(),
            "time" => self.words(&["00:00", "09:00", "12:00", "17:00", "18:00", "24:00"], "a time"),
            "ordinal" => self.words(&["1st", "2nd", "3rd", "4th"], "of the month"),
            "instant" | "moment" => self.instants(),
            "party" => {
                self.names("role");
                self.names("team");
            }
            "wording" => self.names("template"),
            "word" => self.labelled(label, phrase),
            "title" | "text" | "zone" => {
                let text = escaped_example(self, atom);
                self.snippet(Sort::Value, &format!("\"{text}\""), "in quotes", &format!("\"${{1:{text}}}\""));
            }
            _ if digits > 0 => self.units(sort, digits),
            "duration" | "ratio" | "points" | "rate" => {
                let text = example(self.analysis(), atom);
                self.push(Sort::Value, text, atom.describe());
            }
            _ => {}
        }
    }

    /// Behind a quotation mark.
    pub(super) fn quoted(&mut self, phrase: &Phrase) {
        let Some(pattern) = phrase.pattern else { return };
        for (_, atom) in pattern.goes_on(&phrase.parts).into_iter().filter_map(|part| part.atom()) {
            match atom {
                Atom::Sort(sort) if sort.name == "zone" => {
                    let now = self.analysis().now;
                    for zone in Zone::all() {
                        self.push(
                            Sort::Value,
                            zone.name(),
                            zone.local(now).format("now %a %H:%M").to_string(),
                        );
                    }
                }
                Atom::Sort(sort)
                    if sort.name == "party" || phrase.keyword == "members" && sort.name == "text" =>
                {
                    self.people();
                }
                _ => {}
            }
        }
    }

    fn people(&mut self) {
        let Some(policy) = self.analysis().policy() else { return };
        let members = policy.roles.rows().iter().flat_map(|role| &role.members);
        for person in members.chain(policy.teams.rows().iter().flat_map(|team| &team.members)) {
            self.push(Sort::Value, person, "a person");
        }
    }

    /// The names that declarations of a keyword give.
    pub(super) fn names(&mut self, keyword: &'static str) {
        let analysis = self.analysis();
        let names: Vec<&str> = analysis.names.of(keyword).collect();
        for name in names {
            let doc = analysis.names.find(keyword, name).and_then(|known| first_doc(analysis, known.span));
            self.push(Sort::Name, name, doc.map_or(keyword.to_owned(), |doc| format!("{keyword}: {doc}")));
        }
    }

    pub(super) fn words(&mut self, words: &[&str], detail: &str) {
        for word in words {
            self.push(Sort::Value, *word, detail);
        }
    }

    /// Words whose meaning their place gives them.
    fn labelled(&mut self, label: &str, phrase: Option<&Phrase>) {
        match label {
            "action" => self.words(&Action::ALL.map(Action::name), "an action"),
            "phase" => self.words(&Phase::ALL.map(Phase::name), "a phase"),
            "kind" => self.words(&StageKind::ALL.map(StageKind::name), "a kind of stage"),
            "stage" => self.stages(),
            "lever" => self.names("lever"),
            "by" => self.names("window"),
            "artifact" => self.said_in_stages("produces"),
            "cache" => self.said_in_stages("warms"),
            "option" if phrase.is_some() => {}
            _ => {}
        }
    }

    /// The other stages of the pipeline that is being written; of every pipeline outside of one.
    fn stages(&mut self) {
        let mine = self.stage_entries(true);
        for name in mine {
            self.push(Sort::Name, name, "a stage");
        }
    }

    fn stage_entries(&self, without_own: bool) -> Vec<String> {
        let own = self.writing.around.get(1).map(|entry| entry.word.span);
        let block = self.writing.around.first().and_then(|entry| entry.block.as_ref());
        let nodes = block.into_iter().flat_map(|block| &block.nodes);
        let stages = nodes.filter_map(|node| match &node.kind {
            NodeKind::Entry(entry) if entry.word.text == "stage" => Some(entry),
            _ => None,
        });
        stages
            .filter(|entry| !without_own || Some(entry.word.span) != own)
            .filter_map(|entry| Some(entry.head.as_ref()?.phrase().first()?.word()?.to_owned()))
            .collect()
    }

    /// What other stages say behind a word.
    fn said_in_stages(&mut self, word: &str) {
        let block = self.writing.around.first().and_then(|entry| entry.block.as_ref());
        let mut found = Vec::new();
        for node in block.into_iter().flat_map(|block| &block.nodes) {
            let NodeKind::Entry(stage) = &node.kind else { continue };
            for inner in stage.block.iter().flat_map(|block| &block.nodes) {
                if let NodeKind::Entry(entry) = &inner.kind
                    && entry.word.text == word
                {
                    let parts = entry.head.iter().flat_map(Expr::phrase).flat_map(Expr::list);
                    found.extend(parts.filter_map(Expr::word).map(str::to_owned));
                }
            }
        }
        for name in found {
            self.push(Sort::Name, name, "made by another stage");
        }
    }

    fn dates(&mut self) {
        let today = Zone::UTC.date(self.analysis().now);
        for ahead in 0..DAYS_AHEAD {
            if let Some(date) = today.checked_add_days(crate::calendar::Days::new(ahead)) {
                self.push(Sort::Value, date.to_string(), said_of(date, ahead));
            }
        }
    }

    /// The next whole hours, and the next midnight in each region.
    fn instants(&mut self) {
        let now = self.analysis().now;
        let tomorrow = Zone::UTC.date(now).succ_opt().unwrap_or_default();
        self.push(Sort::Value, format!("{tomorrow}T00:00Z"), "tomorrow, UTC");
        for zone in zones(self.analysis()).into_iter().filter(|zone| *zone != Zone::UTC) {
            let tomorrow = zone.date(now).succ_opt().unwrap_or_default();
            self.push(
                Sort::Value,
                format!("{tomorrow}T00:00[{}]", zone.name()),
                format!("tomorrow in {}", zone.city()),
            );
        }
    }

    /// A number that is typed, with each unit of its sort.
    fn units(&mut self, sort: &str, digits: usize) {
        let Some(number) = self.typed().get(..digits) else { return };
        let units = UNITS.iter().find(|(name, _)| *name == sort).map_or(&[][..], |(_, units)| units);
        for unit in units {
            let text = format!("{number}{unit}");
            let span = Span { end: self.replaced.start, ..self.replaced };
            let shape = if sort == "duration" { Literal::Duration } else { Literal::Rate };
            let detail = match types::value(&text, shape, span) {
                Ok(Value::Duration(elapsed)) => words(elapsed),
                _ => String::new(),
            };
            self.push(Sort::Unit, text, detail);
        }
    }
}

fn escaped_example(found: &Found<'_, '_>, atom: Atom) -> String {
    example(found.analysis(), atom).trim_matches('"').to_owned()
}

/// The first line of the doc of what is declared at a place.
fn first_doc(analysis: &crate::ide::Analysis, span: Span) -> Option<&str> {
    let nodes = &analysis.tree(span.file)?.nodes;
    let at = nodes.partition_point(|node| node.span.start <= span.start);
    let node = nodes.get(at.checked_sub(1)?)?;
    node.docs.first().map(|line| line.text.as_str())
}

fn said_of(date: Date, ahead: u64) -> String {
    let day = date.format("%A").to_string();
    match ahead {
        0 => format!("{day}, today"),
        1 => format!("{day}, tomorrow"),
        _ => day,
    }
}
