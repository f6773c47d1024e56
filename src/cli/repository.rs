//! Where a file's repository is, and what the file is called where a diff of it is applied.

use std::path::{Path, PathBuf};

/// The root of the repository that a file, or standard input, is in; none where it is in none.
///
/// A repository's root has `.git` or `.hg`, a folder or, in a worktree or a submodule, a file
/// (gitrepository-layout(5)). A link is where its target is, as for writing in place: git follows none.
pub fn root(path: &Path) -> Option<PathBuf> {
    let place = if path == Path::new("-") { Path::new(".") } else { path };
    let place = place.canonicalize().ok()?;
    let is_root = |folder: &&Path| folder.join(".git").exists() || folder.join(".hg").exists();
    place.ancestors().skip(usize::from(!place.is_dir())).find(is_root).map(Path::to_owned)
}

/// A file's path from the root of the repository that it is in, whatever it was called on the
/// command line: `git apply`, `hg import` and `patch -p1` go by that. Where it is in none, from the
/// current folder; where it is not below that either, from the file system's root, which is the
/// one folder that is left to apply it from. Standard input stays `-`.
pub fn name_in_diff(path: &Path) -> PathBuf {
    let Some(file) = path.canonicalize().ok().filter(|_| path != Path::new("-")) else {
        return path.to_owned();
    };
    let root = root(path).or_else(|| Path::new(".").canonicalize().ok());
    let below = root.and_then(|root| file.strip_prefix(root).ok().map(Path::to_owned));
    below.unwrap_or(file)
}

/// The file `name` of the tree that a template belongs to: where it is, and its name in a diff. A tree
/// begins at the repository's root; without one, at the template's own folder.
pub fn file_in_tree(template: &Path, name: &str) -> (PathBuf, PathBuf) {
    let folder = match template.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    match root(template) {
        Some(root) => (root.join(name), PathBuf::from(name)),
        None => {
            let in_diff = name_in_diff(&folder);
            (
                folder.join(name),
                if in_diff == folder { PathBuf::from(name) } else { in_diff.join(name) },
            )
        }
    }
}
