//! The seats of an approval, as a job that sees who approved can judge them.

use super::Leg;
use crate::policy::{Policy, Seats, Team};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// So many seats are written down as choices.
const MOST_SEATS: usize = 6;

/// What approvals must pass to fill the seats: for each choice of seats, so many people of those who may take any of them. That is
/// exactly when different people can fill them all (Hall's theorem). Who has a role only by a rota cannot take a seat here.
pub(in crate::emit) fn seats(policy: &Policy, leg: &Leg<'_>, seats: &Seats) -> Value {
    let answers = |team: &Team| {
        team.regions.is_empty() || leg.regions.iter().all(|region| team.regions.contains(region))
    };
    let is_there = |person: &str| {
        policy
            .teams
            .rows()
            .iter()
            .any(|team| answers(team) && team.members.iter().any(|member| member == person))
    };
    let members: Vec<(u32, BTreeSet<&str>)> = seats
        .seats
        .iter()
        .map(|seat| {
            let roles = seat.roles.iter().map(|role| &policy.roles[*role]);
            let people = roles.flat_map(|role| {
                let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
                role.members.iter().chain(teams).map(String::as_str)
            });
            (seat.count, people.filter(|person| !seat.in_region || is_there(person)).collect())
        })
        .collect();
    // Where that is too much to write down, everyone must be of every seat: fewer may approve, never more.
    if members.len() > MOST_SEATS {
        let people = members.iter().fold(0_u32, |sum, (count, _)| sum.saturating_add(*count));
        let of = members.into_iter().map(|(_, people)| people).reduce(|all, people| &all & &people);
        return json!([{ "people": people, "of": of }]);
    }
    let asked = (1..1_u32 << members.len()).map(|choice| {
        let chosen = members.iter().enumerate().filter(|(position, _)| choice & (1 << position) != 0);
        let (people, of) = chosen.fold((0_u32, BTreeSet::new()), |(sum, of), (_, (count, people))| {
            (sum.saturating_add(*count), &of | people)
        });
        json!({ "people": people, "of": of })
    });
    Value::Array(asked.collect())
}

/// How many people must approve.
pub(in crate::emit) fn people(seats: &Seats) -> u32 {
    seats.seats.iter().fold(0, |sum, seat| sum.saturating_add(seat.count))
}
