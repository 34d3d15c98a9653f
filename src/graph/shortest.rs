//! The shortest cycle of a graph in which everything reaches everything: exact, without recursion, and quick where few ways round are short.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One edge: from, to.
type Edge = (u32, u32);

/// The edges of the shortest cycle among these, in order, by their positions; empty where there is none. Of several, the one
/// found first from the smallest node.
pub(super) fn shortest(edges: &[Edge]) -> Vec<usize> {
    let mut graph = Graph::of(edges);
    let mut best: Vec<usize> = Vec::new();
    while let Some(start) = graph.alive.first().copied() {
        let most = if best.is_empty() { usize::MAX } else { best.len() - 1 };
        if let Some(found) = graph.through(start, most) {
            best = found;
        }
        // Every way round through this node was looked at: what is left without it is smaller, and often without a cycle.
        graph.remove(start);
    }
    best
}

struct Graph<'e> {
    edges: &'e [Edge],
    out: BTreeMap<u32, Vec<usize>>,
    into: BTreeMap<u32, Vec<usize>>,
    /// How many edges to and from nodes that are left each node has: in, out.
    degrees: BTreeMap<u32, (usize, usize)>,
    alive: BTreeSet<u32>,
}

impl<'e> Graph<'e> {
    fn of(edges: &'e [Edge]) -> Self {
        let mut graph = Self {
            edges,
            out: BTreeMap::new(),
            into: BTreeMap::new(),
            degrees: BTreeMap::new(),
            alive: BTreeSet::new(),
        };
        for (at, (from, to)) in edges.iter().enumerate() {
            graph.out.entry(*from).or_default().push(at);
            graph.into.entry(*to).or_default().push(at);
            graph.degrees.entry(*from).or_default().1 += 1;
            graph.degrees.entry(*to).or_default().0 += 1;
            graph.alive.extend([*from, *to]);
        }
        let loose = graph.degrees.iter().filter(|(_, (into, out))| *into == 0 || *out == 0);
        for node in loose.map(|(node, _)| *node).collect::<Vec<u32>>() {
            graph.remove(node);
        }
        graph
    }

    /// The shortest way from a node back to it of at most so many edges.
    fn through(&self, start: u32, most: usize) -> Option<Vec<usize>> {
        let mut reached: BTreeMap<u32, usize> = BTreeMap::new();
        let mut next = VecDeque::from([(start, 0)]);
        while let Some((node, length)) = next.pop_front() {
            if length >= most {
                return None;
            }
            for at in self.out.get(&node).into_iter().flatten().copied() {
                let Some((_, to)) = self.edges.get(at).copied() else { continue };
                if to == start {
                    return Some(self.back(&reached, start, at));
                }
                if self.alive.contains(&to) && !reached.contains_key(&to) {
                    reached.insert(to, at);
                    next.push_back((to, length + 1));
                }
            }
        }
        None
    }

    fn back(&self, reached: &BTreeMap<u32, usize>, start: u32, last: usize) -> Vec<usize> {
        let mut way = vec![last];
        let mut at = last;
        while let Some((from, _)) = self.edges.get(at).copied().filter(|(from, _)| *from != start) {
            let Some(edge) = reached.get(&from).copied() else { break };
            way.push(edge);
            at = edge;
        }
        way.reverse();
        way
    }

    /// Takes a node away, and everything that then lies on no cycle.
    fn remove(&mut self, node: u32) {
        let mut gone = vec![node];
        while let Some(node) = gone.pop() {
            if !self.alive.remove(&node) {
                continue;
            }
            for (_, to) in self.ends(&self.out, node) {
                if let Some((into, _)) = self.degrees.get_mut(&to) {
                    *into -= 1;
                    if *into == 0 {
                        gone.push(to);
                    }
                }
            }
            for (from, _) in self.ends(&self.into, node) {
                if let Some((_, out)) = self.degrees.get_mut(&from) {
                    *out -= 1;
                    if *out == 0 {
                        gone.push(from);
                    }
                }
            }
        }
    }

    fn ends(&self, of: &BTreeMap<u32, Vec<usize>>, node: u32) -> Vec<Edge> {
        of.get(&node).into_iter().flatten().filter_map(|at| self.edges.get(*at).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(edges: &[Edge]) -> Vec<u32> {
        shortest(edges).into_iter().map(|at| edges[at].0).collect()
    }

    #[test]
    fn the_shortest_of_several_is_found_wherever_it_lies() {
        assert_eq!(nodes(&[(0, 1), (1, 2), (2, 0)]), [0, 1, 2]);
        assert_eq!(nodes(&[(0, 1), (1, 2), (2, 0), (2, 1)]), [1, 2]);
        assert_eq!(nodes(&[(0, 1), (1, 0), (1, 1)]), [1]);
        assert_eq!(nodes(&[(0, 1), (1, 2)]), Vec::<u32>::new());
    }

    #[test]
    fn a_ring_of_a_hundred_thousand_is_found_in_one_go() {
        let ring: Vec<Edge> = (0..100_000).map(|at| (at, (at + 1) % 100_000)).collect();
        assert_eq!(shortest(&ring).len(), 100_000);
    }
}
