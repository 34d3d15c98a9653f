//! `docs/ledger.md` names tests and pages that are there, and every row of the runbooks.

use super::read;
use std::collections::BTreeSet;
use std::path::Path;

const FILES: [&str; 8] = ["a", "d", "e", "f", "operated", "pipelines", "playbooks", "recovery"];
const GROUPS: [(char, usize); 5] = [('A', 13), ('B', 10), ('C', 9), ('D', 11), ('E', 12)];

#[test]
fn every_row_names_tests_and_pages_that_exist() {
    let tests = FILES.map(|file| read(&format!("tests/ledger/{file}.rs"))).concat();
    let page = read("docs/ledger.md");
    let mut rows = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| row")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{line}");
        rows.insert(cells[0].to_owned());
        let named: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty() || cells[3] == "none yet", "{line}");
        for name in named {
            let begin = format!("{}_", cells[0].to_lowercase());
            assert!(name.starts_with(&begin) && tests.contains(&format!("\nfn {name}()")), "{name}");
        }
        for link in cells[2].split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            let path = link.0.split('#').next().unwrap();
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(path).exists(),
                "{path} in {line}"
            );
        }
    }
    let wanted =
        GROUPS.iter().flat_map(|(group, count)| (1..=*count).map(move |row| format!("{group}{row}")));
    let wanted: BTreeSet<String> = wanted.chain(["F".to_owned()]).collect();
    assert_eq!(rows, wanted);
}

#[test]
fn every_test_of_a_row_is_in_the_table() {
    let page = read("docs/ledger.md");
    for file in FILES {
        let tests = read(&format!("tests/ledger/{file}.rs"));
        for name in tests.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()) {
            assert!(page.contains(&format!("`{name}`")), "{name} is not in docs/ledger.md");
        }
    }
}
