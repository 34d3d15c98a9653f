//! The record keeps to its published schema, reads back, holds what ledger A12 asks for, and tells no private value.

use crate::generate::{Case, Habit, cases};
use crate::small::at;
use crate::support::law;
use opsc::decide::{Change, Context, Evidence, EvidenceSource, Given, REDACTED, Record, Stamp, decide, log};
use opsc::policy::{Fact, FactKind};
use proptest::prelude::*;
use serde_json::Value;

fn record(case: &Case) -> Record {
    let decision = decide(&case.policy, &case.change, &case.context);
    let stamp = Stamp {
        id: "01".to_owned(),
        decided_at: at(0),
        clock: "system".to_owned(),
        opsc: "0.1.0".to_owned(),
        zone_database: "2026a".to_owned(),
    };
    Record::of(&case.policy, &case.change, &case.context, &decision, &stamp)
}

proptest! {
    #![proptest_config(law(150))]

    #[test]
    fn a12_every_record_keeps_to_the_schema_and_reads_back(case in cases(Habit::Any)) {
        thread_local! {
            static SCHEMA: jsonschema::Validator = {
                let text = include_str!("../../docs/schema/decision.schema.json");
                jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
            };
        }
        let record = record(&case);
        let written = serde_json::to_value(&record).unwrap();
        let faults: Vec<String> =
            SCHEMA.with(|schema| schema.iter_errors(&written).map(|fault| format!("{}: {fault}", fault.instance_path())).collect());
        prop_assert!(faults.is_empty(), "{faults:#?}");
        let read: Record = serde_json::from_value(written.clone()).unwrap();
        prop_assert_eq!(&read, &record);

        // A change that is read back is the same question.
        let change: Change = serde_json::from_value(serde_json::to_value(&case.change).unwrap()).unwrap();
        prop_assert_eq!(&change, &case.change);
        let context: Context = serde_json::from_value(serde_json::to_value(&case.context).unwrap()).unwrap();
        prop_assert_eq!(&context, &case.context);

        // What the log keeps is the record.
        let (line, head) = log::append(&log::Head::empty(), &written);
        let reading = log::read(&line);
        prop_assert_eq!((reading.head, reading.records, reading.broken), (head, vec![written], None));
    }
}

#[test]
fn a_private_fact_leaves_no_trace_of_its_value() {
    let mut policy = crate::small::empty();
    policy.facts.push(Fact { kind: FactKind::Text, private: true, ..crate::small::fact("customer") });
    let evidence = Evidence {
        fact: "customer".to_owned(),
        value: Given::Text("acme".to_owned()),
        source: EvidenceSource::Ci,
        actor: None,
        observed_at: None,
    };
    let change = Change { evidence: vec![evidence], ..Change::default() };
    let record = record(&Case { policy, change, context: Context::at(at(5)) });
    assert_eq!(record.evidence[0].value, Given::Text(REDACTED.to_owned()));
    assert!(!serde_json::to_string(&record).unwrap().contains("acme"));
}

#[test]
fn a_misspelt_field_of_a_change_is_refused() {
    let change: Result<Change, _> = serde_json::from_value(serde_json::json!({ "region": ["us-east-1"] }));
    assert!(change.is_err());
    let tier: Result<Change, _> = serde_json::from_value(serde_json::json!({ "tier": Value::Null }));
    assert!(tier.is_ok());
}
