//! What can happen where no lock is in the way: a fixpoint in linear time. What cannot even then waits in a circle from the start.

use super::list::List;
use super::net::Net;

/// The place of what never happens.
pub(super) const NEVER: u32 = u32::MAX;

/// The place of every event in one order in which they can happen, locks left aside; [`NEVER`] for what cannot.
/// `granted` are events that are taken for done whatever they wait for.
pub(super) fn ranks(net: &Net, granted: impl Fn(u32) -> bool) -> List<u32> {
    let (heads, waiting) = waiting(net);
    let mut missing: List<u32> = net.events.iter().map(|event| event.needs.1 - event.needs.0).collect();
    let mut is_met: List<bool> = List::of(false, net.needs.len());
    let mut ranks = List::of(NEVER, net.events.len());
    let mut order: Vec<u32> =
        (0..net.events.len()).filter(|event| missing[*event] == 0 || granted(*event)).collect();
    let mut next = 0;
    while let Some(event) = order.get(next).copied() {
        ranks[event] = u32::try_from(next).unwrap_or(NEVER);
        next += 1;
        for (need, owner) in waiting.slice((heads[event], heads[event + 1])).iter().copied() {
            if !is_met[need] {
                is_met[need] = true;
                missing[owner] -= 1;
                if missing[owner] == 0 && !granted(owner) {
                    order.push(owner);
                }
            }
        }
    }
    ranks
}

/// For each event the needs that it meets with the events that have them: `heads` says where its rows begin and end.
fn waiting(net: &Net) -> (List<u32>, List<(u32, u32)>) {
    let mut heads: List<u32> = List::of(0, net.events.len() + 1);
    for provider in net.providers.iter() {
        heads[*provider + 1] += 1;
    }
    for event in 0..net.events.len() {
        heads[event + 1] += heads[event];
    }
    let mut free = heads.clone();
    let mut waiting = List::of((0, 0), net.providers.len());
    for owner in 0..net.events.len() {
        let needs = net.events[owner].needs;
        for need in needs.0..needs.1 {
            for provider in net.providers_of(&net.needs[need]) {
                waiting[free[*provider]] = (need, owner);
                free[*provider] += 1;
            }
        }
    }
    (heads, waiting)
}
