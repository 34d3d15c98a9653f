//! The hashes by which a page's policy of content (CSP Level 3, section 2.3.1) takes its own style and script and no other.

use sha2::{Digest, Sha256};

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `sha256-` and the hash of a text in Base64 (RFC 4648 section 4).
pub(super) fn sha256(text: &str) -> String {
    let mut sealed = "sha256-".to_owned();
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let [first, second, third] = [0, 1, 2].map(|at| u32::from(chunk.get(at).copied().unwrap_or(0)));
        let bits = first << 16 | second << 8 | third;
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at) & 63) as usize).copied().unwrap_or(b'=');
            sealed.push(if at <= chunk.len() { letter.into() } else { '=' });
        }
    }
    sealed
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn it_is_what_browsers_compute() {
        assert_eq!(sha256(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(sha256("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }
}
