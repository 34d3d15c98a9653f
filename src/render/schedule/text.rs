//! A schedule in a terminal.

use super::Shown;
use crate::render::guard::visible;
use crate::render::wrap::{columns, pad, wrap};
use crate::render::{Paint, Style, WIDTH, decision};
use crate::schedule::{Approver, Cost, Missed, Plan, Request};

/// So many rules are named that cost time.
const MOST_COSTS: usize = 4;

/// So many other ways of one kind are named.
const MOST_WAYS: usize = 3;

/// So many people are named who could give one approval.
const MOST_PEOPLE: usize = 4;

/// Columns of what stands first on a line about what one can do.
const LEAD: usize = 16;

pub(super) fn render(shown: &Shown<'_>, paint: Paint) -> String {
    let mut page = Page { text: String::new(), paint };
    match &shown.found.plan {
        Ok(plan) => planned(shown, plan, &mut page),
        Err(missed) => nowhere(shown, missed, &mut page),
    }
    if let Ok(plan) = &shown.found.plan {
        steps(shown, plan, &mut page);
        needed(shown, plan, &mut page);
    }
    before(shown, &mut page);
    costs(shown, &mut page);
    ways(shown, &mut page);
    page.text
}

fn planned(shown: &Shown<'_>, plan: &Plan, page: &mut Page) {
    let zone = shown.zone();
    let wait = if plan.start == shown.from {
        "now".to_owned()
    } else {
        format!("in {}", plan.start.since(shown.from).show())
    };
    let needs = shown.needs();
    let with = if needs.is_empty() { String::new() } else { format!(", with {}", decision::list(&needs)) };
    let word = page.paint.text(Style::Good, "PLANNED");
    page.answer(
        &word,
        7,
        &[
            shown.subject(),
            format!("may start {}, {wait}{with}", zone.show_dated(plan.start)),
            format!("ends {}, after {}", zone.show_dated(plan.end), plan.end.since(plan.start).show()),
        ],
    );
    if shown.found.asked != shown.found.hours {
        page.line("         ", "regions are entered at any hour: off-peak hours leave no schedule");
    }
}

fn nowhere(shown: &Shown<'_>, missed: &Missed, page: &mut Page) {
    let why = shown.found.asks.get(missed.ask).map_or(String::new(), |ask| {
        let (title, place) = (shown.title(ask), shown.regions(&ask.regions));
        if missed.is_behind {
            ": a release that comes first has none".to_owned()
        } else if missed.is_too_long() {
            let least = missed.least.show();
            format!(": up to `{title}` in {place}, its holds and soaks alone take {least}")
        } else {
            let at = shown.at(shown.zone_of(ask), missed.from);
            format!(": from {at} on, no instant is found for `{title}` in {place}")
        }
    });
    let word = page.paint.text(Style::Bad, "NO PLAN");
    let line = format!("no schedule within 400 days of {}{why}", shown.zone().show_dated(shown.from));
    page.answer(&word, 7, &[shown.subject(), line]);
}

fn steps(shown: &Shown<'_>, plan: &Plan, page: &mut Page) {
    page.heading("steps");
    let titles: Vec<(String, String)> =
        shown.found.asks.iter().map(|ask| (shown.title(ask), shown.regions(&ask.regions))).collect();
    let width =
        |of: fn(&(String, String)) -> &String| titles.iter().map(|row| columns(of(row))).max().unwrap_or(0);
    let (left, middle) = (width(|row| &row.0), width(|row| &row.1));
    for ((ask, planned), (step, place)) in shown.found.asks.iter().zip(&plan.asks).zip(&titles) {
        let at = shown.at(shown.zone_of(ask), planned.at);
        page.text.push_str(&format!("  {}  {}  {at}\n", pad(step, left), pad(place, middle)));
    }
}

/// What each step needs that no step before it needed, with who can bring it.
fn needed(shown: &Shown<'_>, plan: &Plan, page: &mut Page) {
    let mut known: Vec<String> = Vec::new();
    let mut lines: Vec<(String, Vec<&Request>)> = Vec::new();
    for (position, (ask, planned)) in shown.found.asks.iter().zip(&plan.asks).enumerate() {
        for (need, short, help) in decision::missing(&planned.answer) {
            let is_approval = matches!(need, crate::decide::Need::Approvals { .. });
            if known.contains(&short) {
                continue;
            }
            known.push(short.clone());
            let at = shown.at(shown.zone_of(ask), planned.at);
            let before = format!("by {at}, before {} in {}", shown.title(ask), shown.regions(&ask.regions));
            let how = if is_approval { String::new() } else { format!(": {help}") };
            let own = shown.found.requests.iter().filter(|(of, _)| *of == position && is_approval);
            let asked = |request: &&Request| match need {
                crate::decide::Need::Approvals { name, seats } => {
                    *name == request.name && seats.contains(&request.seat)
                }
                _ => false,
            };
            let requests = own.map(|(_, request)| request).filter(asked).collect();
            lines.push((format!("{short}   {before}{how}"), requests));
        }
    }
    if lines.is_empty() {
        return;
    }
    page.heading("needed on the way");
    for (line, requests) in lines {
        page.line("  ? ", &line);
        for request in requests {
            page.line("      ", &people(shown, request));
        }
    }
}

/// Who could give an approval, and when.
fn people(shown: &Shown<'_>, request: &Request) -> String {
    let roles = request.seat.roles.join(" or ");
    if request.people.is_empty() {
        let why =
            if request.seat.eligible.is_empty() { "nobody is eligible" } else { "nobody is at work in time" };
        return format!("{} of {roles}: {why}", request.seat.count);
    }
    let named: Vec<String> =
        request.people.iter().take(MOST_PEOPLE).map(|person| shown.approver(person)).collect();
    let more = request.people.len().saturating_sub(MOST_PEOPLE);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let since = if request.since > shown.from {
        format!(" (what is given before {} counts no longer)", shown.at(shown.zone(), request.since))
    } else {
        String::new()
    };
    format!("{} of {roles}: {}{more}{since}", request.seat.count, named.join("; "))
}

fn before(shown: &Shown<'_>, page: &mut Page) {
    if shown.found.before.is_empty() {
        return;
    }
    page.heading("comes after");
    for (release, end) in &shown.found.before {
        let name = &shown.policy.releases[*release].name;
        let over = match end {
            Some(end) => format!("over {} at the earliest", shown.at(shown.zone(), *end)),
            None => format!("no schedule: opsc next {name}"),
        };
        page.line("  ", &format!("`{name}`   {over}; --done {name} once it is"));
    }
}

fn costs(shown: &Shown<'_>, page: &mut Page) {
    let found = shown.found;
    if found.costs.is_empty() {
        return;
    }
    page.heading(if found.plan.is_ok() { "why not earlier" } else { "what stands in the way" });
    let line = |cost: &Cost| {
        let earlier = cost.saved.map_or(String::new(), |saved| format!("ends {} earlier, ", saved.show()));
        let place = shown.place(cost.rule).map_or(String::new(), |place| format!(" ({place})"));
        format!("without {}: {earlier}{}{place}", shown.rule(cost.rule), shown.span(&cost.plan))
    };
    for (position, cost) in found.costs.iter().take(MOST_COSTS).enumerate() {
        let text = line(cost);
        let text = if position == 0 { format!("costs most: {text}") } else { text };
        page.line("  x ", &text);
    }
    if found.costs.len() > MOST_COSTS {
        let more = found.costs.len() - MOST_COSTS;
        page.line("    ", &format!("and {more} more that cost less: --json"));
    }
}

fn ways(shown: &Shown<'_>, page: &mut Page) {
    let (policy, found) = (shown.policy, shown.found);
    let mut ways: Vec<(&str, String)> = Vec::new();
    if let Some(other) = &found.any_hour {
        let earlier = found.plan.as_ref().ok().map(|plan| plan.end.since(other.end).show());
        let earlier = earlier.map_or(String::new(), |earlier| format!("{earlier} earlier, "));
        ways.push(("any hour", format!("--any-hour: {earlier}{}", shown.span(other))));
    }
    if let Some((order, plan)) = &found.other {
        let order: Vec<String> = order.iter().map(|region| shown.regions(&[*region])).collect();
        ways.push(("other order", format!("`regions {}`: {}", order.join(" then "), shown.span(plan))));
    }
    for (region, plan) in found.instead.regions.iter().take(MOST_WAYS) {
        let span = shown.span_in(policy.regions[*region].place.zone, plan);
        ways.push(("other regions", format!("{} alone: {span}", shown.regions(&[*region]))));
    }
    for (component, plan) in found.instead.components.iter().take(MOST_WAYS) {
        let name = &policy.components[*component].name;
        ways.push(("split", format!("`{name}` alone: {}", shown.span(plan))));
    }
    if let Some((tier, plan)) = found.instead.tiers.last() {
        let name = &policy.tiers[*tier].name;
        ways.push(("lower tier", format!("as {name}, where that is what it is: {}", shown.span(plan))));
    }
    for cost in found.costs.iter().filter(|cost| cost.rule.is_liftable(policy, shown.id)).take(MOST_WAYS) {
        let text = format!(
            "of {}, which its kind lets this tier have: {}",
            shown.rule(cost.rule),
            shown.span(&cost.plan)
        );
        ways.push(("exception", text));
    }
    let waits = found.plan.as_ref().map_or(true, |plan| plan.start > shown.from);
    for glass in policy.break_glass.rows().iter().filter(|_| waits).take(MOST_WAYS) {
        let tiers =
            glass.tiers.iter().flatten().map(|tier| policy.tiers[*tier].name.as_str()).collect::<Vec<_>>();
        let tiers = if tiers.is_empty() { "any tier".to_owned() } else { tiers.join(", ") };
        let text = format!("`{}` breaks the glass for {tiers}, by {}", glass.name, shown.seats(&glass.by));
        ways.push(("emergency", text));
    }
    let mut asked: Vec<&Approver> = Vec::new();
    for approver in found.requests.iter().filter_map(|(_, request)| request.people.first()) {
        if !asked.iter().any(|known| known.person == approver.person) {
            asked.push(approver);
        }
    }
    if !asked.is_empty() {
        let asked: Vec<String> = asked.into_iter().map(|approver| shown.approver(approver)).collect();
        ways.push(("ask", asked.join("; ")));
    } else if let Some(owner) = shown.owner() {
        ways.push(("ask", owner.to_owned()));
    }
    if ways.is_empty() {
        return;
    }
    page.heading("what you can do");
    for (word, text) in ways {
        page.line(&format!("  {}", pad(word, LEAD)), &text);
    }
}

struct Page {
    text: String,
    paint: Paint,
}

impl Page {
    /// The first lines; `width` is what the painted word takes.
    fn answer(&mut self, word: &str, width: usize, lines: &[String]) {
        let indent = " ".repeat(width + 2);
        for (number, line) in lines.iter().enumerate() {
            let lead = if number == 0 { format!("{word}  ") } else { indent.clone() };
            self.text.push_str(&format!("{lead}{}\n", wrap(&visible(line), WIDTH, width + 2, &indent)));
        }
    }

    fn heading(&mut self, heading: &str) {
        self.text.push_str(&format!("\n{}\n", self.paint.text(Style::Strong, heading)));
    }

    fn line(&mut self, lead: &str, text: &str) {
        let indent = " ".repeat(columns(lead));
        self.text.push_str(&format!("{lead}{}\n", wrap(&visible(text), WIDTH, columns(lead), &indent)));
    }
}
