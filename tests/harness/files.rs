//! The real templates that the tests use.

use std::fs;
use std::path::Path;

/// A file to be rendered.
pub struct File {
    /// What it is called in messages.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// The project's examples and the corpus, sorted by name. The corpus is left out where
/// there is none.
pub fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = below(&root.join("examples"));
    if let Some(corpus) = crate::needs::corpus() {
        files.extend(below(&corpus));
    }
    files
}

/// The templates below a folder, sorted by name.
pub fn below(folder: &Path) -> Vec<File> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.expect("a readable folder").into_path());
    paths
        .filter(|path| path.to_string_lossy().ends_with(".taskcluster.yml"))
        .map(|path| File {
            name: path.strip_prefix(folder).unwrap_or(&path).display().to_string(),
            text: fs::read_to_string(&path).expect("UTF-8"),
        })
        .collect()
}
