//! A file of the tree that a fast path runs, and how files are named by their content.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file of the tree that a fast path runs: ordinary Python, for the tree's linters and reviewers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeFile {
    /// Its path from the repository's root, with slashes; empty where a recipe does not know it yet.
    pub path: String,
    /// Its content.
    pub content: String,
}

impl TreeFile {
    /// The SHA-256 of its content, in hexadecimal digits.
    pub fn hash(&self) -> String {
        sha256(self.content.as_bytes())
    }
}

/// The SHA-256 of some bytes, in hexadecimal digits, as a template has it.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
