//! Modules that are too large for one file.

use std::collections::BTreeMap;

use crate::output::File;

/// A part of a file that is not divided.
pub(super) struct Part<'p> {
    pub(super) name: &'p str,
    pub(super) text: String,
}

/// A module larger than this is divided by initial letter.
const SPLIT_ABOVE: usize = 256 << 10;
/// A file of one letter that is larger than this is divided again.
const SPLIT_LETTER_ABOVE: usize = 512 << 10;

/// Adds the files of a module. `head` begins its only or its first file and `part_head` each of the
/// others; `first` is text that precedes all parts.
pub(super) fn split(
    module: &str,
    head: &str,
    first: &str,
    part_head: &str,
    parts: Vec<Part<'_>>,
    files: &mut Vec<File>,
) {
    let total: usize = parts.iter().map(|part| part.text.len()).sum();
    let join = |head: &str, texts: Vec<&str>| {
        let mut out =
            String::with_capacity(head.len() + texts.iter().map(|t| t.len() + 1).sum::<usize>());
        out.push_str(head);
        for text in texts {
            out.push('\n');
            out.push_str(text);
        }
        out
    };
    let firsts = || (!first.is_empty()).then_some(first);
    if total <= SPLIT_ABOVE {
        let texts = firsts()
            .into_iter()
            .chain(parts.iter().map(|part| part.text.as_str()));
        files.push(File::new(
            format!("{module}.rs"),
            join(head, texts.collect()),
        ));
        return;
    }
    let mut letters: BTreeMap<String, Vec<&Part<'_>>> = BTreeMap::new();
    for part in &parts {
        let initial = part.name.trim_start_matches("r#").chars().next();
        let letter = match initial.map(|c| c.to_ascii_lowercase()) {
            Some(letter @ 'a'..='z') => letter.to_string(),
            _ => "other".to_owned(),
        };
        letters.entry(letter).or_default().push(part);
    }
    let mut names = Vec::new();
    let mut split = Vec::new();
    for (letter, parts) in letters {
        let mut chunk = Vec::new();
        let mut size = 0;
        let mut number = 1;
        let mut flush = |chunk: &mut Vec<&str>, number: &mut u32| {
            if chunk.is_empty() {
                return;
            }
            let name = match *number {
                1 => format!("part_{letter}"),
                number => format!("part_{letter}{number}"),
            };
            let text = join(part_head, std::mem::take(chunk));
            split.push(File::new(format!("{module}/{name}.rs"), text));
            names.push(name);
            *number += 1;
        };
        for part in parts {
            if size + part.text.len() > SPLIT_LETTER_ABOVE {
                flush(&mut chunk, &mut number);
                size = 0;
            }
            size += part.text.len();
            chunk.push(part.text.as_str());
        }
        flush(&mut chunk, &mut number);
    }
    let mut list = String::new();
    for name in &names {
        list.push_str(&format!("mod {name};\n"));
    }
    list.push('\n');
    for name in &names {
        list.push_str(&format!("pub use {name}::*;\n"));
    }
    let texts = std::iter::once(list.as_str()).chain(firsts()).collect();
    files.push(File::new(format!("{module}/mod.rs"), join(head, texts)));
    files.append(&mut split);
}
