//! Where changes go: regions, components, services, environments.

use crate::schema::declaration::{Declaration, declaration, field};

pub static REGION: Declaration = declaration(
    "region",
    "new",
    "A place that changes reach on their own, with its zone and its working days.",
)
.fields(&[
    field("zone", "zone", "The IANA zone in which its local times are read.").required(),
    field("off-peak", "<hours>", "The hours of little traffic, each day."),
    field("weekend", "weekday, | #none 'none'", "The days of the week that are not worked.")
        .default("Sat, Sun"),
]);

pub static COMPONENT: Declaration =
    declaration("component", "new", "A part of the system that changes on its own.").fields(&[
        field(
            "paths",
            "text,",
            "Globs of the paths it owns; a path that no component owns counts as every one.",
        )
        .many(),
        field("needs", "component,", "Components that it needs.").many(),
        field("owner", "party", "Who answers for it: code hosts ask them to review what changes it."),
    ]);

pub static SERVICE: Declaration =
    declaration("service", "new", "Components that go together: a change to it is a change to each.")
        .fields(&[field("components", "component,", "What it is made of.").several()]);

pub static ENVIRONMENT: Declaration =
    declaration("environment", "new", "An environment, in the order changes pass through them.").fields(&[
        field("after", "environment", "The environment that a change passes before this one."),
        field("vars", "binding,", "Variables that are set in it.").many(),
        field("secrets", "word,", "Names of secrets that it holds.").many(),
    ]);
