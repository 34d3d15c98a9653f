//! Surfaces and maintenance: what is refused, queued, dropped and stopped, and when.

use super::Lower;
use super::recovery::{named, tagged};
use super::rollback::{block, wording};
use super::window::{read_in, when};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    Answer, Banner, Component, Extension, Flag, Maintenance, Notice, Queue, Region, Retries, Rollback, Route,
    Surface, SurfaceKind,
};
use crate::schema::{Declared, Given};
use crate::syntax::tree::Expr;

code!(pub ANSWER_STATUS, Error, "answer-status", "a status that does not say that writes are refused for a while");
code!(pub BAD_ROUTE, Error, "bad-route", "a route that is no method and path");

/// Statuses that say that a write is refused for a while.
const STATUSES: [u16; 2] = [423, 503];

/// A client that tries more often than this has no bound.
const MOST_TRIES: i64 = 1000;

const KINDS: [(&str, SurfaceKind); 4] = [
    ("endpoint", SurfaceKind::Endpoint),
    ("tool", SurfaceKind::Tool),
    ("store", SurfaceKind::Store),
    ("job", SurfaceKind::Job),
];

pub(super) fn surface(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Surface> {
    let name = declared.name?;
    let routes: Vec<Option<Route>> = declared.all("route").map(|given| route(lower, given)).collect();
    Some(Surface {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        kind: tagged(&KINDS, declared.annotation.tag())?,
        components: lower.references::<Component>(declared, "scope"),
        routes: routes.into_iter().collect::<Option<_>>()?,
    })
}

fn route(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Route> {
    let (method, path) = (given.get("method")?, given.get("path")?);
    let (written, place) = (lower.string(method)?, lower.string(path)?);
    let is_method = !written.is_empty() && written.bytes().all(|letter| letter.is_ascii_uppercase());
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/-_.~*".contains(letter);
    if !is_method || !place.starts_with('/') || !place.chars().all(plain) {
        let bad = if is_method { path.span } else { method.span };
        let message = format!("`{written} {place}` is no method and path");
        lower.report(Diagnostic::new(&BAD_ROUTE, bad, message).help(
            "write a method in capitals and a path from `/` on, as in `route \"POST\" \"/documents\"`",
        ));
        return None;
    }
    Some(Route { method: written, path: place, origin: lower.origin(given.span()) })
}

pub(super) fn maintenance(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Maintenance> {
    let name = declared.name?;
    let owner = declared.one("owner").and_then(|given| lower.party(given.get("party")?));
    let regions = lower.references::<Region>(declared, "regions");
    let read_in = read_in(lower, declared, owner.as_ref());
    let planned = ["during", "every"].iter().any(|field| declared.one(field).is_some());
    let (table, brought) = match planned {
        true => {
            let (table, _, brought) = when(lower, declared, regions.as_deref(), read_in)?;
            (Some(table), brought)
        }
        false => (None, None),
    };
    let queues: Vec<Queue> = declared.all("queues").map(|given| queue(lower, given)).collect();
    let notices: Vec<Option<Notice>> = declared.all("notice").map(|given| notice(lower, given)).collect();
    let extensions: Vec<Option<Extension>> =
        declared.all("extend").map(|given| extension(lower, given)).collect();
    let answer = optional(declared.one("answer"), |given| answer(lower, given))?;
    let banner = optional(declared.one("banner"), |given| banner(lower, given))?;
    let retries = optional(declared.one("retries"), |given| retries(lower, given))?;
    let [begin, end, finally] = ["begin", "end", "finally"].map(|field| block(lower, declared, field));
    Some(Maintenance {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        when: table,
        regions: regions.or(brought),
        components: lower.references::<Component>(declared, "scope"),
        owner,
        because: super::recovery::text(lower, declared, "because"),
        refuses: named::<Surface>(lower, declared.all("refuses")),
        queues,
        drops: named::<Surface>(lower, declared.all("drops")),
        stops: named::<Surface>(lower, declared.all("stops")),
        answer,
        flag: named::<Flag>(lower, declared.one("flag")).pop(),
        banner,
        notices: notices.into_iter().collect::<Option<_>>()?,
        retries,
        begin: begin?,
        end: end?,
        finally: finally?,
        extensions: extensions.into_iter().collect::<Option<_>>()?,
    })
}

/// What a statement says, where it stands there; nothing at all where it made no sense.
fn optional<S, T>(given: Option<S>, read: impl FnOnce(S) -> Option<T>) -> Option<Option<T>> {
    given.map_or(Some(None), |given| read(given).map(Some))
}

fn queue(lower: &mut Lower<'_>, given: &Given<'_>) -> Queue {
    Queue {
        surfaces: named::<Surface>(lower, [given]),
        queue: given.get("queue").and_then(|queue| lower.string(queue)),
        key: given.get("key").and_then(|key| lower.string(key)),
        origin: lower.origin(given.span()),
    }
}

fn notice(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Notice> {
    Some(Notice {
        before: lower.duration(given.get("before")?)?,
        says: optional(given.get("wording"), |written| wording(lower, written))?,
        origin: lower.origin(given.span()),
    })
}

fn answer(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Answer> {
    let written = given.get("status")?;
    let status = lower.text(written.span).parse().ok().filter(|status| STATUSES.contains(status));
    let Some(status) = status else {
        let message =
            format!("`{}` does not say that writes are refused for a while", lower.text(written.span));
        lower.report(
            Diagnostic::new(&ANSWER_STATUS, written.span, message)
                .help("answer 423, which is locked, or 503, which is unavailable"),
        );
        return None;
    };
    Some(Answer {
        status,
        code: given.get("code").and_then(|code| lower.string(code)),
        retry_after: span(lower, given.get("retry"))?,
        origin: lower.origin(given.span()),
    })
}

fn banner(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Banner> {
    Some(Banner {
        says: wording(lower, given.get("wording")?)?,
        ttl: span(lower, given.get("ttl"))?,
        origin: lower.origin(given.span()),
    })
}

fn retries(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Retries> {
    let most = u32::try_from(lower.integer(given.get("most")?, 0, MOST_TRIES)?).ok()?;
    Some(Retries { most, jitter: given.captures.has("jitter"), origin: lower.origin(given.span()) })
}

fn extension(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Extension> {
    let rollback = named::<Rollback>(lower, [given]).pop();
    Some(Extension {
        when: optional(given.when(), |when| lower.bound(when))?,
        by: lower.duration(given.get("by")?)?,
        most: lower.duration(given.get("most")?)?,
        rollback,
        origin: lower.origin(given.span()),
    })
}

fn span(lower: &mut Lower<'_>, written: Option<&Expr>) -> Option<Option<Elapsed>> {
    optional(written, |written| lower.duration(written))
}
