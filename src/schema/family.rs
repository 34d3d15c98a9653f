//! Every kind of declaration, by family. A new kind is one file with one line here.

use super::declaration::Declaration;

mod evidence;
mod freeze;
mod incident;
mod measure;
mod maintenance;
mod people;
mod pipeline;
mod place;
mod policy;
mod promise;
mod recovery;
mod release;
mod target;
mod tier;
mod window;

/// Every kind of declaration, in the order of the reference.
pub static DECLARATIONS: &[&Declaration] = &[
    &policy::POLICY,
    &place::REGION,
    &place::COMPONENT,
    &place::SERVICE,
    &place::ENVIRONMENT,
    &people::ROLE,
    &people::TEAM,
    &people::SCHEDULE,
    &evidence::CLASSIFY,
    &evidence::FACT,
    &tier::TIER,
    &freeze::FREEZE,
    &window::HOLIDAYS,
    &window::WINDOW,
    &promise::APPROVAL,
    &promise::CLAIM,
    &release::RELEASE,
    &release::EXCEPTION,
    &release::BREAK_GLASS,
    &promise::TEST,
    &promise::PROVE,
    &promise::PROPERTY,
    &target::TARGET,
    &measure::METRIC,
    &measure::GATE,
    &measure::PROBE,
    &measure::PINS,
    &pipeline::PIPELINE,
    &pipeline::LOCK,
    &recovery::LEVER,
    &recovery::ROLLBACK,
    &recovery::FLAG,
    &maintenance::SURFACE,
    &maintenance::MAINTENANCE,
    &incident::SEVERITY,
    &incident::STATUS,
    &incident::COMMS,
    &incident::AUDIENCE,
    &incident::TEMPLATE,
    &incident::INCIDENT,
];
