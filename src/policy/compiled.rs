//! A checked policy as bytes, so that a gate need not read and check its text again. It counts only while every source is
//! byte for byte what it was made from, and only for the program, library and zone database that made it.

use super::Policy;
use crate::calendar::TZDB_VERSION;
use crate::resolve::LIBRARY;
use crate::world::World;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What begins every compiled policy: another form has another number.
const MAGIC: &[u8] = b"opsc compiled policy 1\n";

/// The length of a SHA-256.
const HASH: usize = 32;

#[derive(Debug, Serialize, Deserialize)]
struct Compiled {
    made_by: [u8; HASH],
    sources: Vec<(String, [u8; HASH])>,
    policy: Policy,
}

/// The text of everything that the bytes are a picture of: two programs of one version that differ here must not read each
/// other's bytes.
const FORM: &[&str] = &[
    include_str!("mod.rs"),
    include_str!("calendar.rs"),
    include_str!("change.rs"),
    include_str!("condition.rs"),
    include_str!("incident.rs"),
    include_str!("maintenance.rs"),
    include_str!("measure.rs"),
    include_str!("people.rs"),
    include_str!("pipeline.rs"),
    include_str!("place.rs"),
    include_str!("proof.rs"),
    include_str!("property.rs"),
    include_str!("recovery.rs"),
    include_str!("table.rs"),
    include_str!("test_block.rs"),
    include_str!("tier.rs"),
    include_str!("../types/value.rs"),
    include_str!("../calendar/civil.rs"),
    include_str!("../calendar/instant.rs"),
    include_str!("../calendar/pattern.rs"),
    include_str!("../source/mod.rs"),
];

/// The program, its library, the form of the bytes and the zone database.
fn made_by() -> [u8; HASH] {
    let mut hash = Sha256::new();
    let library = LIBRARY.iter().map(|module| module.text);
    for part in
        [env!("CARGO_PKG_VERSION"), TZDB_VERSION].into_iter().chain(library).chain(FORM.iter().copied())
    {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// A policy as bytes, the same wherever its folder lies. `sources` are the texts of its own files and their paths, as the world
/// reads them; `root` is its folder. Nothing where it cannot be written so.
pub fn encode<'a>(
    policy: &Policy,
    sources: impl Iterator<Item = (&'a str, &'a str)>,
    root: &str,
) -> Option<Vec<u8>> {
    let compiled = Compiled {
        made_by: made_by(),
        sources: sources
            .map(|(path, text)| (path.strip_prefix(root).unwrap_or(path), text))
            .map(|(path, text)| (path.to_owned(), Sha256::digest(text.as_bytes()).into()))
            .collect(),
        policy: policy.clone(),
    };
    let body = postcard::to_stdvec(&compiled).ok()?;
    let mut bytes = Vec::with_capacity(MAGIC.len() + HASH + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&Sha256::digest(&body));
    bytes.extend_from_slice(&body);
    Some(bytes)
}

/// The policy, where the bytes are whole and every source below its folder `root` is as it was; nothing otherwise.
pub fn decode(world: &dyn World, bytes: &[u8], root: &str) -> Option<Policy> {
    let (hash, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(HASH)?;
    if hash != Sha256::digest(body).as_slice() {
        return None;
    }
    let compiled: Compiled = postcard::from_bytes(body).ok()?;
    let is_same = |(path, hash): &(String, [u8; HASH])| {
        world
            .read(&format!("{root}{path}"))
            .is_ok_and(|text| Sha256::digest(&text).as_slice() == hash.as_slice())
    };
    let current = compiled.made_by == made_by() && compiled.sources.iter().all(is_same);
    current.then_some(compiled.policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    const TEXT: &str = "policy p { language 1 }\nregion a { zone \"Europe/Dublin\" }\n";

    fn compiled() -> (Policy, Vec<u8>) {
        let world = MemoryWorld::at(0).with_file("main.ops", TEXT);
        let policy = crate::policy::load(&world, "main.ops").unwrap().policy.unwrap();
        let bytes = encode(&policy, [("main.ops", TEXT)].into_iter(), "").unwrap();
        (policy, bytes)
    }

    #[test]
    fn what_was_written_is_read() {
        let (policy, bytes) = compiled();
        let world = MemoryWorld::at(0).with_file("main.ops", TEXT);
        assert_eq!(decode(&world, &bytes, ""), Some(policy));
    }

    #[test]
    fn the_bytes_are_the_same_in_every_folder() {
        let (policy, bytes) = compiled();
        let moved = MemoryWorld::at(0).with_file("/srv/x/main.ops", TEXT);
        let there = crate::policy::load(&moved, "/srv/x").unwrap();
        assert_eq!(there.policy.as_ref(), Some(&policy));
        assert_eq!(
            encode(&policy, [("/srv/x/main.ops", TEXT)].into_iter(), &there.root),
            Some(bytes.clone())
        );
        assert_eq!(decode(&moved, &bytes, &there.root), Some(policy));
    }

    #[test]
    fn a_changed_source_a_missing_one_and_changed_bytes_count_for_nothing() {
        let (_, bytes) = compiled();
        let other = TEXT.replace("Dublin", "London");
        assert_eq!(decode(&MemoryWorld::at(0).with_file("main.ops", other), &bytes, ""), None);
        assert_eq!(decode(&MemoryWorld::at(0), &bytes, ""), None);
        let world = MemoryWorld::at(0).with_file("main.ops", TEXT);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(decode(&world, &changed, ""), None, "byte {at}");
            assert_eq!(decode(&world, &bytes[..at], ""), None, "cut at {at}");
        }
    }
}
