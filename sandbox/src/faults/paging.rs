//! Flaws of query results.

use super::flaws;

flaws! {
    /// A query result that a client must not accept as complete, or must not follow forever.
    pub enum PagingFlaw {
        /// The size is one more than the number of rows.
        SizeTooLarge = "size_mismatch",
        /// The size is one less than the number of rows.
        SizeTooSmall = "size_too_small",
        /// The result is not done and has no locator.
        NotDoneNoLocator = "notdone_nolocator",
        /// queryMore returns the same rows and the same locator again.
        RepeatedLocator = "repeated_locator",
        /// The result has no rows, is not done and has a new locator, again and again.
        EmptyNotDone = "empty_notdone",
    }
}

impl PagingFlaw {
    /// Changes a finished response. The query operations produce two of the flaws themselves.
    pub(super) fn spoil(self, body: Vec<u8>) -> Vec<u8> {
        let changed = match self {
            Self::SizeTooLarge => with_size(&body, |size| size + 1),
            Self::SizeTooSmall => with_size(&body, |size| size.saturating_sub(1)),
            Self::NotDoneNoLocator => without_locator(&body),
            Self::RepeatedLocator | Self::EmptyNotDone => None,
        };
        changed.unwrap_or(body)
    }
}

/// Changes the last size, which is that of the outermost query.
fn with_size(body: &[u8], change: impl FnOnce(u64) -> u64) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let start = text.rfind("<size>")? + "<size>".len();
    let end = start + text[start..].find('<')?;
    let size = change(text[start..end].parse().ok()?).to_string();
    Some([&text[..start], &size, &text[end..]].concat().into_bytes())
}

/// Changes the first `done`, which is that of the outermost query.
fn without_locator(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let start = text.find("<done>")?;
    let after = ["</queryLocator>", "<queryLocator xsi:nil=\"true\"/>"];
    let end = (after.iter())
        .filter_map(|tag| Some(start + text[start..].find(tag)? + tag.len()))
        .min()?;
    let not_done = "<done>false</done><queryLocator xsi:nil=\"true\"/>";
    Some(
        [&text[..start], not_done, &text[end..]]
            .concat()
            .into_bytes(),
    )
}
