//! Policies of pipelines by hand, small enough to try everything.

use opsc::policy::{
    After, Component, Holding, Id, Lock, Origin, Pipeline, Policy, Service, Stage, StageKind, Table,
};
use opsc::source::{Sources, Span};

/// A pipeline as a test writes it: names are numbers.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub components: Vec<Vec<usize>>,
    pub locks: usize,
    pub pipelines: Vec<Line>,
}

#[derive(Debug, Clone, Default)]
pub struct Line {
    pub runs: u32,
    /// The components of its service; empty for none.
    pub service: Vec<usize>,
    pub holds: Vec<usize>,
    pub stages: Vec<Step>,
}

#[derive(Debug, Clone, Default)]
pub struct Step {
    pub kind: Option<StageKind>,
    /// Pipeline and stage.
    pub after: Vec<(usize, usize)>,
    pub needs: Vec<usize>,
    pub starts: Vec<usize>,
    pub calls: Vec<usize>,
    /// Lock, and the stage at whose end it is given back.
    pub holds: Vec<(usize, Option<usize>)>,
}

/// The ids of a table of so many rows: of any table, for ids are numbers.
fn ids<T: Clone>(row: &T, count: usize) -> Vec<Id<T>> {
    let mut table = Table::default();
    (0..count).map(|_| table.push(row.clone())).collect()
}

fn origin(line: usize) -> Origin {
    let mut sources = Sources::new();
    let file = sources.add("main.ops", "");
    Origin { span: Span::new(file, line, line + 1), line: u32::try_from(line).unwrap() }
}

pub fn policy(draft: &Draft) -> Policy {
    let mut policy = Policy::empty("p");
    let blank = origin(1);
    let component = Component {
        name: String::new(),
        doc: String::new(),
        origin: blank,
        needs: Vec::new(),
        paths: Vec::new(),
        owner: None,
    };
    let components = ids(&component, draft.components.len());
    for (number, needs) in draft.components.iter().enumerate() {
        policy.components.push(Component {
            name: format!("c{number}"),
            needs: needs.iter().map(|below| components[*below]).collect(),
            ..component.clone()
        });
    }
    let lock = Lock { name: String::new(), doc: String::new(), origin: blank, lease: None, because: None };
    let locks = ids(&lock, draft.locks);
    for number in 0..draft.locks {
        policy.locks.push(Lock { name: format!("l{number}"), ..lock.clone() });
    }
    let row = Pipeline {
        name: String::new(),
        doc: String::new(),
        origin: blank,
        service: None,
        runs: 1,
        holds: Vec::new(),
        on_freeze: Vec::new(),
        on_failure: None,
        stages: Table::default(),
    };
    let pipelines = ids(&row, draft.pipelines.len());
    let most = draft.pipelines.iter().map(|line| line.stages.len()).max().unwrap_or(0);
    let stages = ids(&stage("s", blank), most);
    let mut at = 1;
    for (number, line) in draft.pipelines.iter().enumerate() {
        let service = (!line.service.is_empty()).then(|| {
            policy.services.push(Service {
                name: format!("v{number}"),
                doc: String::new(),
                origin: blank,
                components: line.service.iter().map(|component| components[*component]).collect(),
            })
        });
        let mut table = Table::default();
        for (place, step) in line.stages.iter().enumerate() {
            at += 1;
            let origin = origin(at);
            table.push(Stage {
                kind: step.kind.unwrap_or(StageKind::Build),
                after: step
                    .after
                    .iter()
                    .map(|(pipeline, stage)| After {
                        pipeline: pipelines[*pipeline],
                        stage: stages[*stage],
                        origin,
                    })
                    .collect(),
                needs: step.needs.iter().map(|component| (components[*component], origin)).collect(),
                starts: started(line, step)
                    .iter()
                    .map(|component| (components[*component], origin))
                    .collect(),
                calls: step.calls.iter().map(|called| (pipelines[*called], origin)).collect(),
                holds: step
                    .holds
                    .iter()
                    .map(|(lock, until)| Holding {
                        lock: locks[*lock],
                        until: until.map(|stage| stages[stage]),
                        origin,
                    })
                    .collect(),
                ..stage(&format!("s{place}"), origin)
            });
        }
        policy.pipelines.push(Pipeline {
            name: format!("p{number}"),
            service,
            runs: line.runs.max(1),
            holds: line.holds.iter().map(|lock| (locks[*lock], blank)).collect(),
            stages: table,
            ..row.clone()
        });
    }
    policy
}

/// A deploy that names none starts what its service has.
pub fn started<'d>(line: &'d Line, step: &'d Step) -> &'d [usize] {
    if step.starts.is_empty() && step.kind == Some(StageKind::Deploy) { &line.service } else { &step.starts }
}

fn stage(name: &str, origin: Origin) -> Stage {
    Stage {
        name: name.to_owned(),
        doc: String::new(),
        origin,
        kind: StageKind::Build,
        after: Vec::new(),
        run: None,
        undo: None,
        needs: Vec::new(),
        starts: Vec::new(),
        calls: Vec::new(),
        produces: Vec::new(),
        expects: Vec::new(),
        holds: Vec::new(),
        traffic: None,
        hold: None,
        gates: Vec::new(),
        region_plan: Vec::new(),
        soak: None,
        environment: None,
        approve: None,
        timeout: None,
        retries: 0,
        on_failure: None,
        warms: Vec::new(),
        switch: None,
    }
}
