//! Circles in a graph of imports.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::imports::Import;

/// Files that import each other, directly or through others, and the imports between them.
#[derive(Debug)]
pub(crate) struct Circle {
    files: BTreeSet<PathBuf>,
    ties: Vec<String>,
}

impl Circle {
    /// The number of folders that contain the files.
    pub(crate) fn folders(&self) -> usize {
        let folders: BTreeSet<_> = self.files.iter().map(|file| file.parent()).collect();
        folders.len()
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ties.iter().try_for_each(|tie| writeln!(f, "  {tie}"))
    }
}

/// All circles, each of maximal size.
pub(crate) fn circles(imports: &[Import]) -> Vec<Circle> {
    let mut next: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for import in imports {
        next.entry(&import.from).or_default().insert(&import.to);
    }
    let reach: BTreeMap<&Path, BTreeSet<&Path>> = next
        .keys()
        .map(|file| (*file, reachable(file, &next)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for (file, reached) in &reach {
        if !reached.contains(file) || seen.contains(file) {
            continue;
        }
        let back = |other: &&&Path| reach.get(**other).is_some_and(|there| there.contains(file));
        let members: BTreeSet<&Path> = reached.iter().filter(back).copied().collect();
        seen.extend(members.iter().copied());
        let ties = imports
            .iter()
            .filter(|import| {
                members.contains(import.from.as_path()) && members.contains(import.to.as_path())
            })
            .map(Import::to_string)
            .collect();
        let files = members.iter().map(|member| member.to_path_buf()).collect();
        circles.push(Circle { files, ties });
    }
    circles
}

fn reachable<'a>(
    from: &'a Path,
    next: &BTreeMap<&'a Path, BTreeSet<&'a Path>>,
) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Path> = vec![from];
    while let Some(file) = open.pop() {
        for to in next.get(file).into_iter().flatten() {
            if reached.insert(*to) {
                open.push(to);
            }
        }
    }
    reached
}
