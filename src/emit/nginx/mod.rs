//! `nginx`: read-only mode. While a maintenance holds, its writes are answered 423 or 503 with `Retry-After` and one body that
//! clients can know it by; every other request passes.
//!
//! A write is a method and a path of a surface's `route`. A maintenance holds at its own times, by the proxy's clock, and while
//! the file of its switch is there: no reload, no race, and the inverse is one `rm`.

mod clock;

use super::freeze::{self, Ids};
use super::{Files, Job, Target, escape, mark};
use crate::calendar::{Elapsed, IntervalSet};
use crate::policy::{Answer, Id, Maintenance, Policy, Region, Surface};
use serde_json::json;
use std::collections::BTreeSet;

/// The target.
pub static NGINX: Target = Target {
    name: "nginx",
    summary: "read-only mode for nginx: writes are refused while a maintenance holds, reads pass",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/nginx.md")),
    make,
};

/// What a refused write is answered where the policy does not say: 503, and to come back in five minutes.
const STATUS: u16 = 503;
const CODE: &str = "read_only";
const RETRY_AFTER: Elapsed = Elapsed::minutes(5);

/// One switch: what it is called, what it refuses, and how.
struct Mode<'a> {
    /// The name of its file, and of its part of the configuration.
    name: String,
    /// The end of its variables' names.
    variable: String,
    /// The maintenance it belongs to; none for the one that refuses all writes.
    maintenance: Option<&'a Maintenance>,
    /// The surfaces whose writes it refuses.
    surfaces: BTreeSet<Id<Surface>>,
    /// When it holds by the clock.
    times: IntervalSet,
    /// What it answers.
    answer: Option<&'a Answer>,
}

fn make(job: &Job<'_>) -> Files {
    let modes = modes(job);
    let texts = [http(job, &modes), server(job, &modes)];
    job.paths().into_iter().zip(texts).collect()
}

/// The mode that refuses every write, then one for each maintenance that refuses some that have a route.
fn modes<'a>(job: &Job<'a>) -> Vec<Mode<'a>> {
    let policy = job.policy;
    let region = policy.regions.find(job.option("region"));
    let routed = |surface: &Id<Surface>| !policy.surfaces[*surface].routes.is_empty();
    let first_answer = policy.maintenances.rows().iter().find_map(|maintenance| maintenance.answer.as_ref());
    let mut modes = vec![Mode {
        name: "read-only".to_owned(),
        variable: String::new(),
        maintenance: None,
        surfaces: policy.surfaces.ids().filter(routed).collect(),
        times: IntervalSet::default(),
        answer: first_answer,
    }];
    for maintenance in policy.maintenances.rows() {
        let refused = maintenance.refuses.iter().chain(&maintenance.drops).map(|(surface, _)| *surface);
        let here = region.is_none_or(|region| {
            maintenance.regions.as_ref().is_none_or(|regions| regions.contains(&region))
        });
        modes.push(Mode {
            name: format!("read-only.{}", maintenance.name),
            variable: String::new(),
            maintenance: Some(maintenance),
            surfaces: refused.filter(routed).collect(),
            times: if here { times(policy, maintenance, region) } else { IntervalSet::default() },
            answer: maintenance.answer.as_ref(),
        });
    }
    modes.retain(|mode| !mode.surfaces.is_empty());
    let mut variables = Ids::default();
    for mode in &mut modes {
        mode.variable = variables.unique(mode.name.replace(['-', '.'], "_"));
    }
    modes
}

/// When a maintenance is planned in a region, or in any of them.
fn times(policy: &Policy, maintenance: &Maintenance, region: Option<Id<Region>>) -> IntervalSet {
    let Some(when) = &maintenance.when else { return IntervalSet::default() };
    let mut times = IntervalSet::default();
    for place in freeze::regions_or_none(policy) {
        let asked = region.is_none() || region == place;
        let concerned = place
            .is_none_or(|place| maintenance.regions.as_ref().is_none_or(|regions| regions.contains(&place)));
        if asked && concerned {
            times = times.union(&when.active(&freeze::place(policy, place), policy.horizon));
        }
    }
    times
}

fn http(job: &Job<'_>, modes: &[Mode<'_>]) -> String {
    let mut text = format!(
        "{}#\n# Include this in `http {{ }}`, and read-only.server.conf in each `server {{ }}` that takes requests.\n",
        mark::hash_comments(job)
    );
    for mode in modes {
        let about = match mode.maintenance {
            Some(maintenance) => format!("writes that maintenance {} refuses", maintenance.name),
            None => "every write that has a route".to_owned(),
        };
        text.push_str(&format!(
            "\n# {about}\nmap \"$request_method:$uri\" $ops_write_{} {{\n    default \"\";\n",
            mode.variable
        ));
        for surface in &mode.surfaces {
            let surface = &job.policy.surfaces[*surface];
            for route in &surface.routes {
                let pattern = path_pattern(&route.path);
                text.push_str(&format!(
                    "    \"~(?s)^{}:{pattern}\\z\" 1; # {}: {} {}\n",
                    route.method, surface.name, route.method, route.path
                ));
            }
        }
        text.push_str("}\n");
        if mode.times.is_empty() {
            continue;
        }
        text.push_str(&format!("\nmap $msec $ops_time_{} {{\n    default \"\";\n", mode.variable));
        for (interval, pattern) in mode.times.intervals().iter().zip(clock::patterns(&mode.times)) {
            text.push_str(&format!("    # {} .. {}\n    \"{pattern}\" 1;\n", interval.start, interval.end));
        }
        text.push_str("}\n");
    }
    text
}

/// A path with `*` for anything, as a regular expression. Slashes that a server would merge are one, and one at the end is none.
fn path_pattern(path: &str) -> String {
    let mut pattern = String::new();
    for letter in path.trim_end_matches('/').chars() {
        match letter {
            '/' => pattern.push_str("/+"),
            '*' => pattern.push_str(".*"),
            letter if letter.is_ascii_alphanumeric() => pattern.push(letter),
            letter => pattern.extend(['\\', letter]),
        }
    }
    if !pattern.ends_with(".*") {
        pattern.push_str("/*");
    }
    pattern
}

fn server(job: &Job<'_>, modes: &[Mode<'_>]) -> String {
    let mut text = format!(
        "{}#\n# Include this in each `server {{ }}` that takes requests, before its locations. A mode is on while its file is there.\n\n\
         set $ops_body \"\";\nset $ops_retry_after \"\";\n",
        mark::hash_comments(job)
    );
    let folder = job.option("switches").trim_end_matches('/');
    for mode in modes {
        let by_clock = match mode.times.is_empty() {
            true => String::from("\"\""),
            false => format!("$ops_time_{}", mode.variable),
        };
        let status = mode.answer.map_or(STATUS, |answer| answer.status);
        text.push_str(&format!(
            "\nset $ops_on {by_clock};\nif (-f \"{folder}/{}\") {{\n    set $ops_on 1;\n}}\n\
             if ($ops_write_{} = \"\") {{\n    set $ops_on \"\";\n}}\n\
             if ($ops_on) {{\n    set $ops_body {};\n    set $ops_retry_after {};\n    rewrite ^ /.ops/read-only/{status} last;\n}}\n",
            mode.name,
            mode.variable,
            escape::nginx_json(&body(mode)),
            retry_after(mode).as_seconds(),
        ));
    }
    let statuses: BTreeSet<u16> =
        modes.iter().map(|mode| mode.answer.map_or(STATUS, |answer| answer.status)).collect();
    for status in statuses {
        text.push_str(&format!(
            "\nlocation = /.ops/read-only/{status} {{\n    internal;\n    types {{ }}\n    default_type application/json;\n    \
             add_header Retry-After $ops_retry_after always;\n    add_header Cache-Control no-store always;\n    \
             return {status} $ops_body;\n}}\n"
        ));
    }
    text
}

/// The body of a refusal: the same names for the same things, whatever the maintenance.
fn body(mode: &Mode<'_>) -> serde_json::Value {
    let code = mode.answer.and_then(|answer| answer.code.as_deref()).unwrap_or(CODE);
    json!({
        "error": code,
        "maintenance": mode.maintenance.map(|maintenance| &maintenance.name),
        "retry_after_seconds": retry_after(mode).as_seconds(),
    })
}

fn retry_after(mode: &Mode<'_>) -> Elapsed {
    mode.answer.and_then(|answer| answer.retry_after).unwrap_or(RETRY_AFTER)
}
