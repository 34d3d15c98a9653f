//! Who a calendar file says is on call: evidence that is read for a decision, and may be absent, too old, or silent about an
//! instant. Language section 3, `schedule`.

use crate::calendar::{Instant, Interval};
use crate::policy::Schedule;
use serde::{Deserialize, Serialize};

/// The calendar file of a schedule, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rota {
    /// The schedule.
    pub schedule: String,
    /// SHA-256 of the file, in hex.
    pub digest: String,
    /// When the file was written; none where nothing tells.
    pub written_at: Option<Instant>,
    /// Who is on call when, in any order.
    pub duties: Vec<Duty>,
}

/// Someone is on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// What the file calls the person: an address, a name.
    pub names: Vec<String>,
    /// When.
    pub during: Interval,
}

/// What is known at an instant of who is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RotaState {
    /// The file says it.
    Known,
    /// There is no file.
    Absent,
    /// The file is too old, or nothing tells how old it is.
    Stale,
    /// The file says nothing of that time: it lies before its first shift or behind its last.
    Beyond,
}

/// The rota of a schedule that comes from a file; `rotas` are those that were read.
pub(super) fn of<'r>(rotas: &'r [Rota], schedule: &Schedule) -> Option<&'r Rota> {
    rotas.iter().find(|rota| rota.schedule == schedule.name)
}

/// When a calendar file says that someone is on call, whether it counts or not.
pub fn duties<'r>(
    rotas: &'r [Rota],
    schedule: &'r Schedule,
    person: &'r str,
) -> impl Iterator<Item = Interval> + use<'r> {
    let all = of(rotas, schedule).into_iter().flat_map(|rota| &rota.duties);
    all.filter(move |duty| is_on(schedule, duty, person)).map(|duty| duty.during)
}

/// What is known at an instant; known where the schedule is written in the policy alone.
pub(super) fn state(rotas: &[Rota], schedule: &Schedule, at: Instant) -> RotaState {
    if schedule.source.is_none() {
        return RotaState::Known;
    }
    let Some(rota) = of(rotas, schedule) else { return RotaState::Absent };
    let is_fresh = match expiry(rota, schedule) {
        Ok(expiry) => expiry.is_none_or(|expiry| at < expiry),
        Err(Undated) => false,
    };
    if !is_fresh {
        RotaState::Stale
    } else if rota.span().is_some_and(|span| span.contains(at)) {
        RotaState::Known
    } else {
        RotaState::Beyond
    }
}

/// The first instant behind `at` at which someone of these `names` may begin or cease to be on call, or what is known of it
/// may change.
pub(super) fn next_turn(rotas: &[Rota], schedule: &Schedule, person: &str, at: Instant) -> Instant {
    let Some(rota) = of(rotas, schedule) else { return Instant::MAX };
    let own = rota.duties.iter().filter(|duty| is_on(schedule, duty, person)).map(|duty| duty.during);
    let edges = own.chain(rota.span()).flat_map(|during| [during.start, during.end]);
    edges.chain(expiry(rota, schedule).ok().flatten()).filter(|&edge| edge > at).min().unwrap_or(Instant::MAX)
}

/// Those on call at an instant, by the name that approvals carry where the schedule gives it.
pub(super) fn on_call<'r>(
    rotas: &'r [Rota],
    schedule: &'r Schedule,
    at: Instant,
) -> impl Iterator<Item = &'r str> {
    let known = of(rotas, schedule).filter(|_| state(rotas, schedule, at) == RotaState::Known);
    let duties = known.into_iter().flat_map(|rota| &rota.duties);
    duties.filter(move |duty| duty.during.contains(at)).filter_map(|duty| {
        let login = schedule.called.iter().find(|(login, _)| is_on(schedule, duty, login));
        login.map(|(login, _)| login.as_str()).or_else(|| duty.names.first().map(String::as_str))
    })
}

/// Whether a duty is this person's: by a name of the file, or by one that the schedule says is theirs.
pub(super) fn is_on(schedule: &Schedule, duty: &Duty, person: &str) -> bool {
    let called = schedule.called.iter().filter(|(login, _)| login.eq_ignore_ascii_case(person));
    let mut names = called.flat_map(|(_, names)| names).map(String::as_str).chain([person]);
    names.any(|name| duty.names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// Nothing tells how old a file is that must not be old.
struct Undated;

fn expiry(rota: &Rota, schedule: &Schedule) -> Result<Option<Instant>, Undated> {
    let Some((_, Some(fresh))) = &schedule.source else { return Ok(None) };
    rota.written_at.map(|written| Some(written.plus(*fresh))).ok_or(Undated)
}

impl Rota {
    /// From the first shift's start to the last one's end.
    fn span(&self) -> Option<Interval> {
        let start = self.duties.iter().map(|duty| duty.during.start).min()?;
        let end = self.duties.iter().map(|duty| duty.during.end).max()?;
        Some(Interval::new(start, end))
    }
}
