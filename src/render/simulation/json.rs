//! The timeline as one JSON object. Its shape is published as `docs/schema/simulation.schema.json` and only grows.

use super::Shown;
use serde_json::{Value, json};

pub(super) fn render(shown: &Shown<'_>) -> String {
    let timeline = shown.timeline;
    let events = timeline.events.iter().map(|event| {
        let mut value = json!({
            "at": event.at,
            "pipeline": event.pipeline,
            "place": event.origin.map(|origin| shown.place(Some(origin))),
        });
        if let (Some(all), Ok(Value::Object(what))) =
            (value.as_object_mut(), serde_json::to_value(&event.what))
        {
            all.extend(what);
        }
        value
    });
    let mut value = json!({
        "schema": "opsc.simulation/1",
        "policy": shown.policy.name,
        "policy_digest": shown.policy.digest,
        "pipeline": timeline.pipeline,
        "start": timeline.start,
        "end": timeline.end,
    });
    if let (Some(all), Ok(Value::Object(outcome))) =
        (value.as_object_mut(), serde_json::to_value(&timeline.outcome))
    {
        all.extend(outcome);
        all.insert("stage".to_owned(), json!(timeline.stage));
        all.insert("traffic".to_owned(), json!(timeline.traffic));
        all.insert("writes_frozen".to_owned(), json!(timeline.writes_frozen));
        all.insert("left_on".to_owned(), json!(timeline.left_on));
        all.insert("assumed".to_owned(), json!(shown.assumed));
        all.insert("events".to_owned(), Value::Array(events.collect()));
    }
    format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default())
}
