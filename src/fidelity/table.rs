//! The targets as data: what each takes besides `to`, and how it holds each construct.

use super::Fidelity::{Stricter, Weaker};
use super::Freezes::{Refuses, Shows, Silent};
use super::Part;
use super::argo_rollouts::ARGO_ROLLOUTS;
use super::capability::{Capability, Want};
use super::hosts::{HELD_BY_ENVIRONMENTS, HELD_BY_OWNERS};
use super::manifests::manifests;
use super::option::{
    ACTION, BRANCH, ENVIRONMENT, HOOKS, INSTALL, ORGANIZATION, OptionField, OptionKind, POLICY, PUSHGATEWAY,
};
use super::reasons::{
    ANYWHERE, ASKED_BEYOND, CRON, DATED, DEPLOYS_ALONE, EXPANDED, METRICS_ALONE, NO_EVIDENCE, NO_FACTS,
    NO_PLACE,
};
use super::runs::{HELD_BY_RUNS, children, workflows};
use crate::review::{Hosting, merge_seats, places};

/// Every target, in the order that pages list them.
pub static CAPABILITIES: &[Capability] = &[
    Capability {
        target: "opsdeploy",
        default_to: "opsdeploy",
        files: &["release_calendar.yml", "change_freeze_gate.yml"],
        freezes: Refuses,
        more: manifests,
        options: &[],
        parts: &[Part::Calendar, Part::Evidence],
        wants: None,
        inexact: &[
            ("time behind the horizon", Stricter, EXPANDED),
            ("exception", Stricter, "the gate file knows no exceptions: the window blocks"),
            ("window that follows a fact", Weaker, NO_FACTS),
        ],
    },
    Capability {
        target: "github-actions",
        default_to: ".github/workflows",
        files: &["ops-gate.yml", "../actions/ops-gate/action.yml"],
        freezes: Refuses,
        more: workflows,
        options: &[
            INSTALL,
            POLICY,
            BRANCH,
            HOOKS,
            PUSHGATEWAY,
            OptionField {
                name: "runs-on",
                doc: "the runner's label",
                kind: OptionKind::Word,
                default: "ubuntu-24.04",
            },
        ],
        parts: &[Part::Calendar, Part::Evidence, Part::Rollout, Part::Approval],
        wants: None,
        inexact: HELD_BY_RUNS,
    },
    Capability {
        target: "gitlab-ci",
        default_to: ".gitlab",
        files: &["ops-gate.yml"],
        freezes: Refuses,
        more: children,
        options: &[
            INSTALL,
            POLICY,
            BRANCH,
            HOOKS,
            PUSHGATEWAY,
            OptionField {
                name: "image",
                doc: "the container image of the gate's job; left out, the runner's default",
                kind: OptionKind::Word,
                default: "",
            },
        ],
        parts: &[Part::Calendar, Part::Evidence, Part::Rollout, Part::Approval],
        wants: None,
        inexact: HELD_BY_RUNS,
    },
    Capability {
        target: "flagd",
        default_to: "flags",
        files: &["ops.flagd.json"],
        freezes: Refuses,
        more: |_| Vec::new(),
        options: &[ENVIRONMENT, ACTION],
        parts: &[Part::Calendar],
        wants: None,
        inexact: &[
            ("time behind the horizon", Stricter, EXPANDED),
            ("environment scope", Stricter, "counts everywhere unless `environment` names one"),
            ("action scope", Stricter, "counts for every action unless `action` names one"),
            ("conditional admission", Stricter, NO_EVIDENCE),
            ("exception", Stricter, "an exception is used by a change, and a flag knows no change"),
            ("window that follows a fact", Weaker, NO_FACTS),
        ],
    },
    Capability {
        target: "ics",
        default_to: "calendar",
        files: &["ops.ics"],
        freezes: Shows,
        more: |_| Vec::new(),
        options: &[],
        parts: &[Part::Calendar],
        wants: None,
        inexact: &[
            ("time behind the horizon", Stricter, "one event says there that what recurs is not shown"),
            ("exception", Stricter, "it says that exceptions may lift a window, and not which"),
            ("window that follows a fact", Weaker, "a calendar cannot show what a fact decides"),
        ],
    },
    Capability {
        target: "runbook",
        default_to: "docs/runbooks",
        files: &["rollback.md", "emergency.md", "maintenance.md", "incident.md"],
        freezes: Silent,
        more: |_| Vec::new(),
        options: &[POLICY],
        parts: &[Part::Calendar, Part::Maintenance, Part::Recovery, Part::Alarm, Part::Told],
        wants: None,
        inexact: &[],
    },
    Capability {
        target: "nginx",
        default_to: "nginx",
        files: &["read-only.http.conf", "read-only.server.conf"],
        freezes: Silent,
        more: |_| Vec::new(),
        options: &[
            OptionField {
                name: "switches",
                doc: "the folder on the proxy whose files turn read-only mode on",
                kind: OptionKind::Word,
                default: "/run/ops",
            },
            OptionField {
                name: "region",
                doc: "the region of this proxy; left out, the times of every region hold",
                kind: OptionKind::Region,
                default: "",
            },
        ],
        parts: &[Part::Maintenance],
        wants: Some(Want {
            met: |policy| policy.surfaces.rows().iter().any(|surface| !surface.routes.is_empty()),
            what: "requests that a `surface` names by a `route`",
        }),
        inexact: &[(
            "write without a route",
            Weaker,
            "a proxy sees requests alone: whoever writes otherwise must be stopped by the steps of the maintenance",
        )],
    },
    Capability {
        target: "kubernetes",
        default_to: "kubernetes",
        files: &["admission.yml", "calendar/", "selectors/", "routes/"],
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
                name: "region",
                doc: "the region whose calendar is written; left out, one of each",
                kind: OptionKind::Region,
                default: "",
            },
            ENVIRONMENT,
            OptionField {
                name: "component-label",
                doc: "the label by which a workload says which component it is",
                kind: OptionKind::Word,
                default: "app.kubernetes.io/component",
            },
            OptionField {
                name: "rollback-user",
                doc: "the user who brings releases back, whom no freeze holds",
                kind: OptionKind::Word,
                default: "",
            },
            OptionField {
                name: "selector-label",
                doc: "the label of a Service's selector that tells one colour from the other",
                kind: OptionKind::Word,
                default: "track",
            },
            OptionField {
                name: "gateway",
                doc: "the Gateway that routes are attached to",
                kind: OptionKind::Label,
                default: "gateway",
            },
            OptionField {
                name: "port",
                doc: "the port of the services behind a route",
                kind: OptionKind::Port,
                default: "80",
            },
        ],
        parts: &[Part::Calendar, Part::Recovery],
        wants: None,
        inexact: &[
            ("time behind the horizon", Stricter, EXPANDED),
            ("environment scope", Stricter, "counts everywhere unless `environment` names one"),
            (
                "tier-dependent freeze",
                Stricter,
                "a workload says no tier that could be trusted: closed where any tier is, until it is overridden",
            ),
            ("conditional admission", Stricter, NO_EVIDENCE),
            (
                "exception",
                Stricter,
                "an exception is used by a change, and a workload knows no change: override it",
            ),
            ("window that follows a fact", Weaker, NO_FACTS),
            ("freeze without deploys", Weaker, DEPLOYS_ALONE),
            ("selector of no Service", Weaker, "no Service can be called so, and no patch is written for it"),
        ],
    },
    Capability {
        target: "prometheus",
        default_to: "prometheus",
        files: &["ops.rules.yml", "ops.values.yml", "ops.test.yml"],
        more: |_| Vec::new(),
        freezes: Silent,
        options: &[
            OptionField {
                name: "interval",
                doc: "how often rules are evaluated, and how far apart samples are where an aggregate is taken over time",
                kind: OptionKind::Span,
                default: "30s",
            },
            OptionField {
                name: "runbooks",
                doc: "what stands in front of `rollback.md` and `incident.md` in links; left out, the folder of target `runbook`",
                kind: OptionKind::Word,
                default: "",
            },
        ],
        parts: &[Part::Alarm],
        wants: None,
        inexact: &[
            ("trigger on metrics and more", Stricter, "it fires on the metrics alone"),
            (
                "trigger without `over`",
                Stricter,
                "written once for each hold of the pipeline's stages: any of them fires",
            ),
            ("trigger with several `for`", Stricter, "the shortest counts for all of them"),
            ("trigger on evidence", Weaker, METRICS_ALONE),
            ("trigger that no query tells", Weaker, METRICS_ALONE),
        ],
    },
    Capability {
        target: "argo-cd",
        default_to: "argo-cd",
        files: &["sync-windows.yml"],
        more: |_| Vec::new(),
        freezes: Refuses,
        options: &[
            OptionField {
                name: "project",
                doc: "the AppProject that the windows belong to",
                kind: OptionKind::Label,
                default: "default",
            },
            OptionField {
                name: "namespace",
                doc: "the namespace of Argo CD",
                kind: OptionKind::Label,
                default: "argocd",
            },
            OptionField {
                name: "cluster-prefix",
                doc: "what stands before a region in the name of its cluster",
                kind: OptionKind::Word,
                default: "",
            },
            ENVIRONMENT,
        ],
        parts: &[Part::Calendar],
        wants: Some(Want {
            met: |policy| policy.windows.rows().iter().any(|window| window.follows.is_none()),
            what: "freezes that a `window` gives dates",
        }),
        inexact: &[
            ("dated freeze", Stricter, "cron has no year: it comes back every year, until it is built again"),
            ("recurring freeze", Stricter, CRON),
            ("`only` window", Stricter, CRON),
            ("environment scope", Stricter, "counts everywhere unless `environment` names one"),
            ("freeze without deploys", Weaker, DEPLOYS_ALONE),
            ("tier-dependent freeze", Stricter, "an application says no tier: closed where any tier is"),
            ("conditional admission", Stricter, NO_EVIDENCE),
            ("window that follows a fact", Weaker, NO_FACTS),
            (
                "vendor recheck",
                Weaker,
                "without a year, a calendar that grew stale would be closed every day of every year",
            ),
            ("exception", Stricter, "an exception is used by a change, and an application knows no change"),
        ],
    },
    ARGO_ROLLOUTS,
    Capability {
        target: "alertmanager",
        default_to: "alertmanager",
        files: &["alertmanager.yml"],
        more: |_| Vec::new(),
        freezes: Shows,
        options: &[OptionField {
            name: "webhook",
            doc: "what hears of alerts: a POST to it, with `/` and the receiver's name behind",
            kind: OptionKind::Word,
            default: "http://127.0.0.1:9095",
        }],
        parts: &[Part::Calendar],
        wants: None,
        inexact: &[
            ("dated freeze", Stricter, ANYWHERE),
            ("recurring freeze", Stricter, ANYWHERE),
            ("`only` window", Stricter, ANYWHERE),
            ("time behind the horizon", Stricter, EXPANDED),
            ("region scope", Stricter, NO_PLACE),
            ("component scope", Stricter, NO_PLACE),
            ("environment scope", Stricter, NO_PLACE),
            ("action scope", Stricter, NO_PLACE),
            ("tier-dependent freeze", Stricter, NO_PLACE),
            ("conditional admission", Stricter, NO_PLACE),
            ("exception", Stricter, NO_PLACE),
            ("window that follows a fact", Weaker, NO_FACTS),
        ],
    },
    Capability {
        target: "json",
        default_to: "policy.json",
        files: &["policy.json"],
        freezes: Shows,
        more: |_| Vec::new(),
        options: &[],
        parts: &[
            Part::Calendar,
            Part::Evidence,
            Part::Maintenance,
            Part::Recovery,
            Part::Rollout,
            Part::Approval,
            Part::Alarm,
            Part::Told,
        ],
        wants: None,
        inexact: &[("time behind the horizon", Stricter, DATED)],
    },
    Capability {
        target: "opa",
        default_to: "opa",
        files: &[".manifest", "ops/calendar/data.json", "ops/gate.rego", "ops/gate_test.rego"],
        freezes: Refuses,
        more: |_| Vec::new(),
        options: &[],
        parts: &[Part::Calendar, Part::Evidence],
        wants: None,
        inexact: &[
            ("time behind the horizon", Stricter, ASKED_BEYOND),
            ("conditional admission", Stricter, "a bundle sees no evidence: the gate is asked"),
            ("window that follows a fact", Stricter, "a bundle sees no facts: the gate is asked at any time"),
            ("exception", Stricter, "where an exception could lift a window, the gate is asked"),
            ("tier requirement", Stricter, "a bundle sees no evidence: the gate is asked"),
        ],
    },
    Capability {
        target: "statuspage",
        default_to: "statuspage",
        files: &["requests.json"],
        more: |_| Vec::new(),
        freezes: Silent,
        options: &[OptionField {
            name: "page",
            doc: "the id of the page at its provider; left out, `{page}` stands in its place",
            kind: OptionKind::Word,
            default: "",
        }],
        parts: &[Part::Told],
        wants: Some(Want {
            met: |policy| {
                !policy.incidents.is_empty() || !policy.statuses.is_empty() || !policy.maintenances.is_empty()
            },
            what: "what an `incident`, a `status` or a `maintenance` tells users",
        }),
        inexact: &[
            (
                "maintenance in some regions",
                Stricter,
                "components of a page know no region: it shows them whole, at the times of every region",
            ),
            (
                "time for an update",
                Weaker,
                "the page reminds by whole hours and makes nobody write: whoever leads keeps the time",
            ),
            (
                "words that a page cuts",
                Weaker,
                "a text has 25000 characters at most, a name 255: the rest is left out",
            ),
        ],
    },
    Capability {
        target: "html",
        default_to: "policy.html",
        files: &["policy.html"],
        more: |_| Vec::new(),
        freezes: Shows,
        options: &[],
        parts: &[
            Part::Calendar,
            Part::Evidence,
            Part::Maintenance,
            Part::Recovery,
            Part::Rollout,
            Part::Approval,
            Part::Alarm,
            Part::Told,
        ],
        wants: None,
        inexact: &[("time behind the horizon", Stricter, DATED)],
    },
    Capability {
        target: "codeowners",
        default_to: ".github",
        files: &["CODEOWNERS"],
        more: |_| Vec::new(),
        freezes: Silent,
        options: &[ORGANIZATION, POLICY],
        parts: &[Part::Review],
        wants: Some(Want {
            met: |policy| {
                let owned = policy.components.rows().iter().any(|component| component.owner.is_some());
                let mut tiers = policy.tiers.ids();
                owned || policy.owner.is_some() || tiers.any(|tier| !merge_seats(policy, tier).is_empty())
            },
            what: "whom a `tier` asks, and who is `owner` of a `component` or of the policy",
        }),
        inexact: HELD_BY_OWNERS,
    },
    Capability {
        target: "github-environments",
        default_to: ".github/environments",
        files: &["apply.sh"],
        more: |policy| {
            let places = places(policy, Hosting::People);
            places.into_iter().map(|place| format!("{}.json", place.name)).collect()
        },
        freezes: Silent,
        options: &[
            ORGANIZATION,
            OptionField {
                name: "branch",
                doc: "the only branch from which runs may enter; left out, every protected branch",
                kind: OptionKind::Word,
                default: "",
            },
        ],
        parts: &[Part::Approval],
        wants: Some(Want {
            met: |policy| !places(policy, Hosting::People).is_empty(),
            what: "an `environment`, and whom a `stage` asks to `approve`",
        }),
        inexact: HELD_BY_ENVIRONMENTS,
    },
];

/// Targets of the language that this version reads and does not write.
pub static LATER: &[&str] = &["flagger"];
