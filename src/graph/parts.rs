//! Strongly connected parts of a graph given by its edges. petgraph's own Tarjan recurses; its Kosaraju does not.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

/// The parts in which everything reaches everything, each sorted, those of one node only where it reaches itself.
pub(super) fn circles(count: u32, edges: impl Iterator<Item = (u32, u32)>) -> Vec<Vec<u32>> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    for _ in 0..count {
        graph.add_node(());
    }
    for (from, to) in edges {
        graph.add_edge(from.into(), to.into(), ());
    }
    let mut parts: Vec<Vec<u32>> = kosaraju_scc(&graph)
        .into_iter()
        .filter(|part| match part.as_slice() {
            [one] => graph.contains_edge(*one, *one),
            _ => true,
        })
        .map(|part| {
            let mut part: Vec<u32> = part.into_iter().map(|node| node.index()).filter_map(narrow).collect();
            part.sort_unstable();
            part
        })
        .collect();
    parts.sort_unstable();
    parts
}

fn narrow(index: usize) -> Option<u32> {
    u32::try_from(index).ok()
}
