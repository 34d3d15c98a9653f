//! What a Rollout of Argo Rollouts takes and holds: a row of the table.

use super::Fidelity::{Stricter, Weaker};
use super::Freezes::Refuses;
use super::capability::{Capability, Want};
use super::option::{ENVIRONMENT, OptionField, OptionKind};
use super::part::Part;
use super::reasons::METRICS_ALONE;
use super::rolled::gives_traffic;

const NO_LOCK: &str = "it holds no lock: whoever starts it takes what the stages share";
const HAND: &str = "it waits for a hand: whoever may promote it approves";

/// What a Rollout holds.
pub(super) const ARGO_ROLLOUTS: Capability = Capability {
    target: "argo-rollouts",
    default_to: "argo-rollouts",
    files: &["analysis/", "rollouts/"],
    more: |_| Vec::new(),
    freezes: Refuses,
    options: &[
        OptionField {
            name: "namespace",
            doc: "the namespace of the workloads, and of the objects that are written",
            kind: OptionKind::Label,
            default: "default",
        },
        OptionField {
            name: "gate-url",
            doc: "where the gate answers each cluster, as a web metric asks it",
            kind: OptionKind::Word,
            default: "http://ops-gate/decide",
        },
        OptionField {
            name: "prometheus",
            doc: "the address of each cluster's Prometheus",
            kind: OptionKind::Word,
            default: "http://prometheus:9090",
        },
        OptionField {
            name: "interval",
            doc: "how often the gate and what is measured are asked",
            kind: OptionKind::Span,
            default: "1m",
        },
        OptionField {
            name: "settle",
            doc: "how long behind the first share of traffic nothing can have been measured yet",
            kind: OptionKind::Span,
            default: "2m",
        },
        OptionField {
            name: "http-route",
            doc: "the HTTPRoute whose weights are set; left out, the one of the service's name",
            kind: OptionKind::Label,
            default: "",
        },
        OptionField {
            name: "virtual-service",
            doc: "the VirtualService of Istio whose weights are set instead",
            kind: OptionKind::Label,
            default: "",
        },
        ENVIRONMENT,
    ],
    parts: &[Part::Calendar, Part::Evidence, Part::Rollout, Part::Approval, Part::Watch],
    wants: Some(Want {
        met: |policy| {
            policy.pipelines.rows().iter().any(|pipeline| pipeline.stages.rows().iter().any(gives_traffic))
        },
        what: "traffic that stages of a `pipeline` give",
    }),
    inexact: &[
        (
            "stage without traffic",
            Weaker,
            "it gives traffic alone: before the first share and behind the last whoever starts it does the rest, between them it waits for a hand",
        ),
        ("mirrored traffic", Weaker, "Istio alone mirrors: without `virtual-service` the stage is left out"),
        ("share finer than a percent", Stricter, "rounded down to a whole percent"),
        (
            "regions in steps",
            Weaker,
            "it sees its own cluster alone: where others come first it waits for a hand",
        ),
        ("stage that is approved", Weaker, HAND),
        ("approval by a rota", Weaker, HAND),
        ("approval of several people for a stage", Weaker, HAND),
        ("approval in a region for a stage", Weaker, HAND),
        ("more than six who may approve", Weaker, HAND),
        ("approval that no login gives", Weaker, HAND),
        ("gate that asks for people", Weaker, "what is measured is judged, for the rest it waits for a hand"),
        ("gate that no query tells", Weaker, "what is measured is judged, for the rest it waits for a hand"),
        ("stage with a timeout", Weaker, "nothing ends a stage that takes too long"),
        ("lock", Weaker, NO_LOCK),
        ("lock over several jobs", Weaker, NO_LOCK),
        ("several runs at once", Stricter, "a workload has one rollout at a time"),
        ("rollout that finishes in a freeze", Stricter, "it stays where it is until the calendar is open"),
        (
            "rollout that goes back in a freeze",
            Weaker,
            "it stays where it is until the calendar is open: abort it by hand",
        ),
        ("stage that runs a pipeline", Weaker, "it starts no other, and waits for none"),
        ("stage behind another pipeline", Weaker, "it starts no other, and waits for none"),
        (
            "rollback by steps",
            Weaker,
            "it takes traffic back at once: the steps are done by whoever is paged",
        ),
        ("rollback that no query tells", Weaker, METRICS_ALONE),
        ("rollback on metrics and more", Stricter, "it begins on the metrics alone"),
        (
            "rollback without `over`",
            Stricter,
            "asked once for each hold of the pipeline's stages: any of them takes it back",
        ),
    ],
};
