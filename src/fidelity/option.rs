//! The fields of a `target` block: what each says and may hold, and those that several targets take.

/// A field of a `target` block that one target takes.
#[derive(Debug)]
pub struct OptionField {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// What it may hold.
    pub kind: OptionKind,
    /// What it is when left out; empty for nothing.
    pub default: &'static str,
}

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// Shell commands of the author, written as they are: code by intention.
    Commands,
    /// Letters, digits and `. _ - / @ : +`: a branch, a path, an image.
    Word,
    /// A span of time in whole seconds, minutes or hours: `30s`.
    Span,
    /// The name of an environment of the policy.
    Environment,
    /// The name of a region of the policy.
    Region,
    /// The name of an action.
    Action,
    /// A name as Kubernetes and the names of hosts take it (RFC 1123 label).
    Label,
    /// The number of a port.
    Port,
}

pub(super) const INSTALL: OptionField = OptionField {
    name: "install",
    doc: "shell commands that bring `opsc` onto the runner; left out, it must be there already",
    kind: OptionKind::Commands,
    default: "",
};
pub(super) const POLICY: OptionField = OptionField {
    name: "policy",
    doc: "the policy's file or folder, from the root of the repository",
    kind: OptionKind::Word,
    default: ".",
};
pub(super) const BRANCH: OptionField = OptionField {
    name: "branch",
    doc: "the protected branch that policy, exceptions and people are read from; left out, the default branch",
    kind: OptionKind::Word,
    default: "",
};
pub(super) const HOOKS: OptionField = OptionField {
    name: "hooks",
    doc: "the folder of programs that pipelines call where the policy says no command, from the root of the repository",
    kind: OptionKind::Word,
    default: "ops/hooks",
};
pub(super) const PUSHGATEWAY: OptionField = OptionField {
    name: "pushgateway",
    doc: "the address of a Pushgateway that is told whether a rollout runs; left out, nobody is",
    kind: OptionKind::Word,
    default: "",
};
pub(super) const ENVIRONMENT: OptionField = OptionField {
    name: "environment",
    doc: "the environment asked about; left out, a window of any environment counts",
    kind: OptionKind::Environment,
    default: "",
};
pub(super) const ACTION: OptionField = OptionField {
    name: "action",
    doc: "the action asked about; left out, a window on any action counts",
    kind: OptionKind::Action,
    default: "",
};
pub(super) const ORGANIZATION: OptionField = OptionField {
    name: "organization",
    doc: "the organization that has a team for each role and team of the policy, called alike; left out, their people are named",
    kind: OptionKind::Label,
    default: "",
};
