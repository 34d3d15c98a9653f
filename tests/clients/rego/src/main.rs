//! Loads a bundle into regorus, an engine for Rego that others wrote, runs the bundle's own tests, and asks it every question of
//! the truth.
//!
//! `rego BUNDLE TRUTH`, or `rego BUNDLE --ask`, which answers questions from its input, a line each.

use regorus::{Engine, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const RULE: &str = "data.ops.gate.answer";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(bundle), Some(truth)) = (arguments.next(), arguments.next()) else {
        return Err("usage: rego BUNDLE TRUTH".into());
    };
    let bundle = PathBuf::from(bundle);
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(bundle.join(".manifest"))?)?;
    assert_eq!(manifest["roots"], serde_json::json!(["ops"]), "the bundle says what it owns");
    let mut engine = Engine::new();
    load(&mut engine, &bundle, &bundle)?;
    if truth == "--ask" {
        return answer_all(&mut engine);
    }
    let tests = run_tests(&mut engine, &bundle)?;
    println!("rego tests: {tests} passed");

    let truth: serde_json::Value = serde_json::from_str(&fs::read_to_string(truth)?)?;
    let questions = truth["questions"].as_array().ok_or("the truth asks nothing")?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for asked in questions {
        let answer = ask(&mut engine, &asked["input"])?;
        for (said, held) in [("answer", "verdict"), ("calendar", "calendar")] {
            let (said, held) = (text(&answer, said), asked[held].as_str().unwrap_or_default());
            let agrees = match said.as_str() {
                "allow" => held == "allow",
                "block" => held == "block",
                // Where a fact or an exception may have a say, the bundle asks more often than it must.
                "ask-the-gate" => held != "allow" || asked["certain"] != true,
                _ => false,
            };
            assert!(agrees, "{asked}: the bundle says {answer}");
            // What is blocked without conditions and facts must be blocked by the bundle, too.
            assert!(
                asked["certain"] != true || held != "block" || said == "block",
                "{asked}: the bundle says {answer}"
            );
        }
        let ends = asked["ends"].as_str();
        let reasons = &answer["reasons"];
        let said = reasons
            .as_array()?
            .iter()
            .any(|reason| ends.is_some_and(|end| reason["ends"] == Value::from(end)));
        assert!(ends.is_none() || said, "{asked}: no reason of {answer} ends then");
        let said = text(&answer, "answer");
        *counts
            .entry(if said == "allow" {
                "allow"
            } else if said == "block" {
                "block"
            } else {
                "ask"
            })
            .or_default() += 1;
    }
    assert!(!questions.is_empty() && counts.len() > 1, "{counts:?}");
    println!("opa: {} questions agree with the decision, {counts:?}", questions.len());
    outside(&mut engine, &questions[0]["input"])
}

/// Files as a bundle has them: `data.json` at its folder's place, rules wherever they are.
fn load(engine: &mut Engine, root: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            load(engine, root, &path)?;
        } else if name == "data.json" {
            let mut data: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
            let place: Vec<_> = folder.strip_prefix(root)?.iter().collect();
            for part in place.into_iter().rev() {
                data = serde_json::json!({ part.to_string_lossy(): data });
            }
            engine.add_data(Value::from_json_str(&data.to_string())?)?;
        } else if name.ends_with(".rego") {
            engine.add_policy_from_file(&path)?;
        } else {
            assert_eq!(name, ".manifest", "a file that no bundle has");
        }
    }
    Ok(())
}

fn run_tests(engine: &mut Engine, bundle: &Path) -> Result<usize, Box<dyn Error>> {
    let text = fs::read_to_string(bundle.join("ops/gate_test.rego"))?;
    let names =
        text.lines().filter(|line| line.starts_with("test_")).filter_map(|line| line.split(' ').next());
    let mut count = 0;
    for name in names {
        let said = engine.eval_rule(format!("data.ops.gate_test.{name}"))?;
        assert_eq!(said, Value::from(true), "{name}");
        count += 1;
    }
    assert!(count > 4, "only {count} tests");
    Ok(count)
}

fn ask(engine: &mut Engine, question: &serde_json::Value) -> Result<Value, Box<dyn Error>> {
    engine.set_input_json(&question.to_string())?;
    Ok(engine.eval_rule(RULE.to_owned())?)
}

fn answer_all(engine: &mut Engine) -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lines() {
        let answer = ask(engine, &serde_json::from_str(&line?)?)?;
        println!("{}", text(&answer, "answer"));
    }
    Ok(())
}

fn text(answer: &Value, field: &str) -> String {
    answer[field].as_string().map(|text| text.to_string()).unwrap_or_default()
}

/// Nothing beyond the calendar, misspelt or missing is ever allowed.
fn outside(engine: &mut Engine, sound: &serde_json::Value) -> Result<(), Box<dyn Error>> {
    let broken: [(&str, serde_json::Value); 9] = [
        ("at", "1999-12-31T23:59:59Z".into()),
        ("at", "9999-01-01T00:00:00Z".into()),
        ("at", serde_json::Value::Null),
        ("tier", "no such tier".into()),
        ("region", "no such region".into()),
        ("action", "no such action".into()),
        ("environment", "no such environment".into()),
        ("components", serde_json::json!(["no such component"])),
        ("components", "text".into()),
    ];
    for (field, value) in broken {
        let mut question = sound.clone();
        question[field] = value;
        assert_eq!(text(&ask(engine, &question)?, "answer"), "ask-the-gate", "{question}");
    }
    for nothing in ["null", "[]", "{}", "\"\"", "7"] {
        let question: serde_json::Value = serde_json::from_str(nothing)?;
        assert_eq!(text(&ask(engine, &question)?, "answer"), "ask-the-gate", "{question}");
    }
    Ok(())
}
