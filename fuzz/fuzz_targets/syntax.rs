//! Any text parses: no panic, every span inside the file, an error node only with a finding.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::source::Sources;
use opsc::syntax::parse;
use opsc::syntax::tree::NodeKind;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("fuzz.ops", text);
    let (tree, found) = parse(&sources, file);
    for finding in &found {
        let secondary = finding.secondary.iter().map(|label| label.span);
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in secondary.chain(edits).chain([finding.primary.span]) {
            assert!(text.get(span.range()).is_some(), "{span:?} is no part of the text");
        }
    }
    let broken = tree.nodes.iter().any(|node| matches!(node.kind, NodeKind::Error));
    assert!(!broken || !found.is_empty(), "an error node without a finding");
});
