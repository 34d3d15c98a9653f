//! The admission policy and its binding: fixed rules over the calendar's ConfigMap, so that a new calendar changes data alone.

use super::{Job, Named, freeze_name};
use crate::emit::{escape, mark, template};

/// The template of both objects.
pub(super) const TEMPLATE: &str = include_str!("admission.yml");

/// The one file.
pub(super) fn files(job: &Job<'_>) -> Named {
    let name = freeze_name(job.policy);
    let quoted = escape::yaml(&name);
    let namespace = job.option("namespace");
    let message = |what: &str| escape::yaml(&format!("policy {}: {what}", job.policy.name));
    let exempt = match job.option("rollback-user") {
        "" => String::new(),
        user => format!(
            "    # No freeze holds a rollback.\n    - name: no-rollback\n      expression: {}\n",
            escape::yaml(&format!("request.userInfo.username != '{user}'"))
        ),
    };
    let text = template::fill(
        TEMPLATE,
        &[
            ("mark", &mark::hash_comments(job)),
            ("name", &name),
            ("namespace", namespace),
            ("quoted-name", &quoted),
            ("quoted-namespace", &escape::yaml(namespace)),
            ("exempt", &exempt),
            ("label", &format!("'{}'", job.option("component-label"))),
            ("unknown", &message("the time of this request is not in its calendar; run `opsc build`")),
            (
                "closed",
                &message("its calendar is closed for this component; ask the gate why and until when"),
            ),
        ],
    );
    vec![(String::new(), text)]
}
