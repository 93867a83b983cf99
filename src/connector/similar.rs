//! Suggests a name for a misspelt one.

/// `; did you mean …?` with the most similar name, or an empty text if no name is similar.
pub(crate) fn did_you_mean<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    const SIMILAR: f64 = 0.75;
    let similarity = |name: &str| strsim::jaro_winkler(given, name);
    let best = names
        .into_iter()
        .map(|name| (similarity(name), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((_, name)) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_recognized_and_another_word_is_not() {
        let names = ["url", "subject", "stream"];
        assert_eq!(did_you_mean("urll", names), "; did you mean `url`?");
        assert_eq!(did_you_mean("subjekt", names), "; did you mean `subject`?");
        assert_eq!(did_you_mean("colour", names), "");
    }
}
