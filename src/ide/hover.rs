//! What is shown where the pointer rests: of a name what it means now, of a word how it is written, of a value how it reads.

use super::about::{about, person};
use super::{Cursor, Place, literal};
use crate::diag::Code;
use crate::render::card::Card;
use crate::rules;
use crate::schema::{Kind, Slot};
use crate::source::Span;
use crate::syntax::tree::ExprKind;

/// What is shown, and of which text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it speaks of.
    pub span: Span,
    /// What it says.
    pub card: Card,
    /// The page of the manual to read on in.
    pub page: Option<Page>,
}

/// A page of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// About a finding, by its code.
    Rule(&'static str),
    /// About a declaration, by its word.
    Declaration(&'static str),
}

/// What is to be known of what stands at a place.
pub fn hover(cursor: &Cursor<'_>) -> Option<Hover> {
    let analysis = cursor.analysis;
    match cursor.place {
        Place::Documentation | Place::Outside | Place::Unreadable | Place::Block => None,
        Place::Attribute => attribute(cursor),
        Place::Keyword => word(cursor, cursor.entry()?.word.span),
        Place::Head | Place::Annotation | Place::Clause(_) | Place::Use => {
            let named = cursor.symbol().zip(cursor.name_span());
            let named = named.map(|(symbol, span)| plain(span, about(analysis, symbol)));
            named.or_else(|| value(cursor)).or_else(|| word(cursor, cursor.expression()?.span))
        }
    }
}

fn plain(span: Span, card: Card) -> Hover {
    Hover { span, card, page: None }
}

/// Of a literal or a text how it reads.
fn value(cursor: &Cursor<'_>) -> Option<Hover> {
    let written = cursor.expression()?;
    let analysis = cursor.analysis;
    let card = match &written.kind {
        ExprKind::Literal(shape) => {
            literal::read(analysis, analysis.sources.text_of(written.span), *shape, written.span)
        }
        ExprKind::Text(text) => {
            let someone = analysis.policy().and_then(|policy| person(policy, text));
            someone.or_else(|| literal::zone(text, analysis.now))
        }
        _ => None,
    };
    card.map(|card| plain(written.span, card))
}

/// Of a word that begins a declaration or a statement, or one that belongs to it, how that is written.
fn word(cursor: &Cursor<'_>, span: Span) -> Option<Hover> {
    let page = cursor.kind.map(|kind| Page::Declaration(kind.row.keyword));
    let card = match (cursor.nodes.len(), cursor.kind) {
        (1, Some(kind)) => of_kind(kind),
        (depth, Some(_)) => of_slot(cursor.slots.get(depth.checked_sub(2)?)?),
        (_, None) => return None,
    };
    Some(Hover { span, card, page })
}

/// How a declaration is written.
pub(super) fn of_kind(kind: &Kind) -> Card {
    Card::default().code(kind.forms().join("\n")).said(kind.doc())
}

/// How a statement is written.
pub(super) fn of_slot(slot: &Slot) -> Card {
    Card::default().code(slot.forms().join("\n")).said(slot.doc())
}

/// Of the code in `@allow(code, "reason")` what it finds.
fn attribute(cursor: &Cursor<'_>) -> Option<Hover> {
    let written = cursor.expression()?;
    let code = rules::codes().iter().find(|code| Some(code.name) == written.word())?;
    Some(Hover { span: written.span, card: of_code(code), page: Some(Page::Rule(code.name)) })
}

/// What a code stands for.
pub(super) fn of_code(code: &Code) -> Card {
    let about = code.page.lines().skip(1).skip_while(|line| line.is_empty());
    let about: Vec<&str> = about.take_while(|line| !line.is_empty()).collect();
    Card::default().code(format!("{}[{}]: {}", code.level, code.name, code.summary)).said(about.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::testing::{cursor, marked, read};

    const PEOPLE: &str = r#"region us { zone "America/New_York"; off-peak 01:00 .. 05:00 }
region eu { zone "Europe/Dublin" }
component llm { paths "llm/**" }
team platform { zone "Europe/Dublin"; members "mia" }
role sre-owner { members "ann", "mia" }
role product-owner { members "kim" }
"#;

    const HEAD: &str = "policy p { language 1 }\nuse std.freezes\nuse std.tiers\nuse \"./people.ops\"\n";

    /// What is shown at the `|` behind the head, as plain text.
    #[track_caller]
    fn check(main: &str, expected: &str) {
        let place = marked(&format!("{HEAD}{main}"), &[("people.ops", PEOPLE)]);
        let shown = hover(&cursor(&place)).map_or("nothing".to_owned(), |hover| hover.card.plain());
        assert_eq!(shown, expected, "\n{shown}\n");
        assert!(shown.lines().all(|line| line.chars().count() <= 100));
    }

    #[test]
    fn a_window_says_its_times_in_each_region() {
        check(
            "/// Nobody *ships*.\nwindow bla|ck-friday : hard { during 2026-11-26 through 2026-11-30; because \"[peak](x)\" }\n",
            "window black-friday : hard\n\nNobody *ships*.\n\n\
             hard     admits T0; blocks T1 unless an exception lifts it; blocks T2, T3, policy-change\n\
             because  [peak](x)\n\
             us       next Thu 26 Nov 00:00 New York (05:00Z) .. Tue 1 Dec 00:00 New York (05:00Z), in 5 d 17 h\n\
             eu       next Thu 26 Nov 00:00 Dublin (00:00Z) .. Tue 1 Dec 00:00 Dublin (00:00Z), in 5 d 12 h\n\n\
             Declared in `main.ops:6`.",
        );
    }

    #[test]
    fn a_window_that_holds_says_until_when() {
        check(
            "window w|eekly : soft { every week Fri 10:00 .. Mon 08:00; in \"Europe/Dublin\" }\n",
            "window weekly : soft\n\n\
             soft  admits T0; admits T1 when approved 1 of sre-owner; blocks T2, T3, policy-change\n\
             when  active now, until Mon 23 Nov 08:00 Dublin (08:00Z), for 2 d 20 h\n\n\
             Declared in `main.ops:5`.",
        );
    }

    #[test]
    fn hours_outside_of_which_a_kind_holds_are_open() {
        check(
            "window ho|urs : hard { only every workday 09:00 .. 16:00; regions us }\n",
            "window hours : hard\n\n\
             hard     admits T0; blocks T1 unless an exception lifts it; blocks T2, T3, policy-change\n\
             regions  us\n\
             when     closed now, open Fri 20 Nov 09:00 New York (14:00Z) .. Fri 20 Nov 16:00 New York (21:00Z),\n         in 2 h\n\n\
             Declared in `main.ops:5`.",
        );
    }

    #[test]
    fn a_tier_says_its_row_of_every_decision() {
        check(
            "claim \"x\" { hard blocks T|1 }\n",
            "tier T1 \"Hotfix, low risk\"\n\nSmall, known, and taken back as fast as it was made.\n\n\
             freeze hard      blocks unless an exception lifts it\n\
             freeze soft      admits when approved 1 of sre-owner\n\
             freeze advisory  admits\n\
             before merge     schema-change == false; approval by 1 of sre-owner and 1 of product-owner\n\
             before deploy    nothing more\n\
             before promote   nothing more\n\n\
             Declared in `std/tiers.ops:18` of the library.",
        );
    }

    #[test]
    fn regions_people_and_roles_are_known_from_other_files() {
        check(
            "window w : hard { during 2026-11-26; regions u|s }\n",
            "region us\n\n\
             now       Fri 20 Nov 07:00 New York (12:00Z)\n\
             weekend   Sat, Sun\n\
             off-peak  next Sat 21 Nov 01:00 New York (06:00Z) .. Sat 21 Nov 05:00 New York (10:00Z), in 18 h\n\
             freezes   no window holds\n\n\
             Declared in `people.ops:1`.",
        );
        check(
            "window w : hard { during 2026-11-26; owner \"m|ia\" }\n",
            "mia\n\nroles  sre-owner\nteams  platform",
        );
    }

    #[test]
    fn words_say_how_they_are_written() {
        check(
            "window w : hard {\n  dur|ing 2026-11-26\n}\n",
            "during DATE (through | ..) DATE\nduring DATE\nduring MOMENT .. MOMENT\nduring HOLIDAYS [extended ...]\n\n\
             A span of dates or instants, or holidays. (may be repeated)",
        );
        check(
            "loc|k schema {}\n",
            "lock NAME [because \"...\"] { ... }\n\nSomething that one run of a pipeline holds at a time.",
        );
    }

    #[test]
    fn literals_are_read() {
        check("lock l { lease 90|m }\n", "90m: 1 hour 30 minutes");
        check(
            "policy q { horizon 2026-11-2|1 .. 2027-01-01 }\n",
            "Saturday 21 November 2026 of week 47, tomorrow",
        );
        check(
            "window w : hard { during 2026-11-21T02:30Z| .. 2026-11-22T00:00Z }\n",
            "UTC       Sat 21 Nov 2026 02:30 UTC, in 14 h 30 min\nNew York  Fri 20 Nov 2026 21:30\nDublin    Sat 21 Nov 2026 02:30",
        );
        check(
            "region x { zone \"Asia/To|kyo\" }\n",
            "the zone of `Asia/Tokyo`\n\nnow     Fri 20 Nov 21:00 Tokyo (12:00Z)\noffset  UTC+9 (JST)",
        );
    }

    #[test]
    fn a_code_says_what_it_finds() {
        let place = marked("policy p { language 1 }\n@allow(cl|osed-end, \"x\")\nteam t {}\n", &[]);
        let found = hover(&cursor(&place)).unwrap();
        assert_eq!(found.page, Some(Page::Rule("closed-end")));
        assert!(
            found.card.plain().starts_with("note[closed-end]: ")
                || found.card.plain().starts_with("warning[closed-end]: ")
        );
    }

    #[test]
    fn a_broken_file_is_answered_from_what_it_last_meant() {
        let right = format!("{HEAD}window w : hard {{ during 2026-11-26 }}\n");
        let before = read(&right, &[("people.ops", PEOPLE)], None);
        let text = format!("{HEAD}team {{ zone }}}}\nwindow w : hard {{ during 2026-11-2");
        let analysis = read(&text, &[("people.ops", PEOPLE)], Some(&before));
        let file = analysis.sources.find("main.ops").unwrap();
        let at = u32::try_from(text.find("window w").unwrap() + 8).unwrap();
        let shown = hover(&Cursor::at(&analysis, file, at).unwrap()).unwrap().card.plain();
        assert!(shown.contains("us       next") || shown.contains("us    next"), "{shown}");
        assert!(shown.contains("The policy has errors: this is what it meant before them."), "{shown}");
    }

    #[test]
    fn nothing_is_said_of_blanks_and_comments() {
        check("\n|\n// x\n", "nothing");
        check("window w : hard {\n  |\n}\n", "nothing");
    }
}
