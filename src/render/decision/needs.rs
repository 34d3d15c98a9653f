//! What is needed, in words: in short for a heading, and as help.

use super::words::{few, list};
use crate::calendar::Instant;
use crate::decide::{FactState, Need, OpenSeat, RotaState};
use std::collections::BTreeSet;

/// Needs in short. Where waiting is enough for the calendar, what else would pass it is not needed.
pub(super) fn short<'a>(needs: impl Iterator<Item = &'a Need>, opens_at: Option<Instant>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let passes = |need: &&Need| matches!(need, Need::Exception { .. } | Need::OtherTier { .. });
    needs
        .filter(|need| opens_at.is_none() || !passes(need))
        .map(need_in_short)
        .filter(|text| seen.insert(text.clone()))
        .collect()
}

/// A need in a few words.
pub(super) fn need_in_short(need: &Need) -> String {
    match need {
        Need::Evidence { fact, state: FactState::Malformed, .. } => format!("mended evidence of `{fact}`"),
        Need::Evidence { text, .. } => format!("`{text}`"),
        Need::Approvals { seats, .. } => seats_text(seats),
        Need::Withdrawal { person } => format!("a new review by {person}"),
        Need::Exception { .. } => "an exception".to_owned(),
        Need::Log { .. } => "the log of decisions".to_owned(),
        Need::Recheck { vendor, .. } => format!("a fresh calendar of {vendor}"),
        Need::Rota { file, .. } => format!("a fresh `{file}`"),
        Need::Tier => "a tier".to_owned(),
        Need::OtherTier { tiers } => format!("tier {}", tiers.join(" or ")),
    }
}

fn seats_text(seats: &[OpenSeat]) -> String {
    let mut counted: Vec<(String, u32)> = Vec::new();
    for seat in seats {
        let place = if seat.in_region { " of the region" } else { "" };
        let role = format!("{}{place}", seat.roles.join(" or "));
        match counted.iter_mut().find(|(known, _)| *known == role) {
            Some((_, count)) => *count += seat.count,
            None => counted.push((role, seat.count)),
        }
    }
    let words: Vec<String> = counted.iter().map(|(role, count)| format!("{count} of {role}")).collect();
    format!("approval by {}", list(&words))
}

/// A need as help: what is missing, and how to bring it.
pub(super) fn need(need: &Need) -> String {
    match need {
        Need::Evidence { fact, text, sources, state } => {
            let from = if sources.is_empty() {
                String::new()
            } else {
                format!(", asserted by {}", sources.join(" or "))
            };
            // What a flag says, the operator asserts: where the policy does not take that, a flag is no help.
            let is_flag = sources.is_empty() || sources.iter().any(|source| source == "operator");
            let flag = if is_flag { format!("`--fact {fact}=...` or ") } else { String::new() };
            let how = format!("supply it with {flag}`--facts FILE`{from}");
            match state {
                FactState::Known => format!("`{text}` does not hold"),
                FactState::Absent => format!("no evidence of `{fact}`: {how}"),
                FactState::Stale => {
                    format!("the evidence of `{fact}` is too old, or does not say `observed_at`: {how}")
                }
                FactState::Future => {
                    format!(
                        "the evidence of `{fact}` says that it was observed later than the instant judged"
                    )
                }
                FactState::Foreign => format!("`{fact}` was asserted by someone who may not: {how}"),
                FactState::Malformed => {
                    format!("the evidence of `{fact}` cannot be read, or contradicts itself")
                }
            }
        }
        Need::Approvals { name, seats } => {
            let named = name.as_ref().map_or(String::new(), |name| format!("approval `{name}`: "));
            let mut eligible: Vec<String> = seats.iter().flat_map(|seat| seat.eligible.clone()).collect();
            eligible.sort();
            eligible.dedup();
            let who = if eligible.is_empty() {
                "nobody is known to be eligible now".to_owned()
            } else {
                format!("ask {}", few(&eligible, "people who are eligible"))
            };
            format!("{named}{} is missing; {who}", seats_text(seats))
        }
        Need::Withdrawal { person } => format!("{person} asks for changes; a new review by them ends that"),
        Need::Exception { window, waiting } if waiting.is_empty() => {
            format!("an exception that lifts `{window}` would let it pass; the policy has none for it")
        }
        Need::Exception { waiting, .. } => {
            let names: Vec<String> = waiting.iter().map(|name| format!("`{name}`")).collect();
            format!("exception {} would let it pass once it is approved", list(&names))
        }
        Need::Log { exception } => format!(
            "exception `{exception}` may be used once, and nothing says whether it was: give the log with `--log FILE`"
        ),
        Need::Recheck { vendor, source } => {
            let place = source.as_ref().map_or(String::new(), |source| format!(" ({source})"));
            format!(
                "the calendar of {vendor}{place} was not read for too long: read it again and write `checked`"
            )
        }
        Need::Rota { schedule, file, state } => {
            let why = match state {
                RotaState::Absent => "is not there",
                RotaState::Stale => "is too old, or does not tell its age",
                RotaState::Known | RotaState::Beyond => "says nothing of that time",
            };
            format!("nobody knows who is on call by `{schedule}`: `{file}` {why}; fetch it again")
        }
        Need::Tier => "no tier is known: state one with `--tier`, or give the paths".to_owned(),
        Need::OtherTier { tiers } => format!("only {} may pass here", tiers.join(", ")),
    }
}
