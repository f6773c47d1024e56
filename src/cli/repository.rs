//! What a file is called where a diff of it is applied.

use std::path::{Path, PathBuf};

/// A file's path from the root of the repository that it is in, whatever it was called on the
/// command line: `git apply`, `hg import` and `patch -p1` go by that. Where it is in none, from the
/// current folder; where it is not below that either, from the file system's root, which is the
/// one folder that is left to apply it from.
///
/// A repository's root has `.git` or `.hg`, a folder or, in a worktree or a submodule, a file
/// (gitrepository-layout(5)). A link's name is its target's, as for writing in place: git follows
/// none. Standard input stays `-`.
pub fn name_in_diff(path: &Path) -> PathBuf {
    let Some(file) = path.canonicalize().ok().filter(|_| path != Path::new("-")) else {
        return path.to_owned();
    };
    let is_root = |folder: &&Path| folder.join(".git").exists() || folder.join(".hg").exists();
    let root = file.ancestors().skip(1).find(is_root).map(Path::to_owned);
    let root = root.or_else(|| Path::new(".").canonicalize().ok());
    let below = root.and_then(|root| file.strip_prefix(root).ok().map(Path::to_owned));
    below.unwrap_or(file)
}
