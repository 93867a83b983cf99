//! A strict pull reader over the part of a document that has arrived.

use std::borrow::Cow;

use memchr::memmem;

use super::chars;
use super::error::XmlError;
use super::names::{Context, Mark, NsId};
use super::tag::Attribute;
use super::text::normalise;

/// Why the reader stopped.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The rest of the current token has not arrived. A mark and a rollback restore everything that
    /// was consumed.
    More,
    /// The document is not valid.
    Error(XmlError),
}

impl From<XmlError> for Halt {
    fn from(error: XmlError) -> Self {
        Halt::Error(error)
    }
}

pub(crate) type Result<T> = std::result::Result<T, Halt>;

/// The next piece of a document. Comments and processing instructions are skipped.
#[derive(Debug)]
pub(crate) enum Token<'x> {
    Start(Start<'x>),
    End,
    /// A run of character data with resolved references. One text may consist of several runs.
    Text(Cow<'x, str>),
    /// The document is complete.
    Eof,
}

/// A start tag. For an empty element the reader returns a `Start` and then an `End`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'x> {
    pub(crate) ns: NsId,
    pub(crate) local: &'x str,
    /// The tag as written, from `<` to `>`.
    pub(crate) raw: &'x str,
    pub(crate) empty: bool,
}

impl<'x> Start<'x> {
    /// The name as written.
    pub(crate) fn name(&self) -> &'x str {
        let inner = self
            .raw
            .trim_start_matches('<')
            .trim_end_matches(['>', '/']);
        inner
            .split([' ', '\t', '\n', '\r'])
            .next()
            .unwrap_or_default()
    }
}

/// Reads tokens from `src`, which must start at a token.
#[derive(Debug)]
pub(crate) struct Reader<'x> {
    pub(super) src: &'x str,
    pub(super) pos: usize,
    /// Whether `src` ends where the document ends.
    pub(super) last: bool,
    pub(crate) context: &'x mut Context,
    pub(super) attributes: Vec<Attribute<'x>>,
    /// The last start tag was `<a/>`, so its end is the next token.
    pub(super) pending_end: bool,
}

/// A position in a document to which the reader can return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    pos: usize,
    mark: Mark,
}

impl<'x> Reader<'x> {
    pub(crate) fn new(src: &'x str, last: bool, context: &'x mut Context) -> Self {
        Self {
            src,
            pos: 0,
            last,
            context,
            attributes: Vec::new(),
            pending_end: false,
        }
    }

    /// A second reader at the same position, with a context of its own.
    pub(crate) fn scout<'y>(&'y self, context: &'y mut Context) -> Reader<'y> {
        let mut scout = Reader::new(self.src, self.last, context);
        scout.pos = self.pos;
        scout
    }

    /// A reader of an element at another position of the same text.
    pub(crate) fn elsewhere(&mut self, pos: usize) -> Reader<'_> {
        let mut there = Reader::new(self.src, self.last, self.context);
        there.pos = pos;
        there
    }

    /// The number of bytes consumed so far.
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn rest(&self) -> &'x [u8] {
        &self.src.as_bytes()[self.pos..]
    }

    /// What has arrived and was not consumed.
    pub(crate) fn rest_as_str(&self) -> &'x str {
        &self.src[self.pos..]
    }

    /// Consumes bytes of [`rest_as_str`](Self::rest_as_str), which must be complete elements.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.pos += bytes;
    }

    /// The position of the reader, which must be between two tokens and not within an empty
    /// element.
    pub(crate) fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint {
            pos: self.pos,
            mark: self.context.mark(),
        }
    }

    /// Whether the last start tag was that of an empty element, `<a/>`, whose end is next.
    pub(crate) fn ends_here(&self) -> bool {
        self.pending_end
    }

    /// Goes back to an earlier place. No element that was open there may have been closed.
    pub(crate) fn go_back(&mut self, checkpoint: Checkpoint) {
        self.pos = checkpoint.pos;
        self.pending_end = false;
        self.context.rollback(checkpoint.mark);
    }

    /// Consumes these bytes if they come next. They must be complete markup.
    pub(crate) fn take(&mut self, expected: &[u8]) -> bool {
        let fits = self.rest().starts_with(expected);
        if fits {
            self.pos += expected.len();
        }
        fits
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'x>> {
        if self.pending_end {
            self.pending_end = false;
            self.context.pop();
            return Ok(Token::End);
        }
        self.context.work()?;
        loop {
            let rest = self.rest();
            match rest {
                [] if self.last && self.context.depth() == 0 && self.context.seen_root() => {
                    return Ok(Token::Eof);
                }
                [] => return Err(Halt::More),
                [b'<', b'/', ..] if self.take_end() => return Ok(Token::End),
                [b'<', b'/', ..] => return self.end_tag(),
                [b'<', b'!' | b'?', ..] => {
                    if let Some(text) = self.markup()? {
                        return Ok(Token::Text(normalise(text)));
                    }
                }
                [b'<'] => return Err(Halt::More),
                [b'<', ..] => return self.start_tag().map(Token::Start),
                _ => return self.text().map(Token::Text),
            }
        }
    }

    /// Skips to the end of the element whose start tag was read last, including its children.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let depth = self.context.depth();
        while self.context.depth() >= depth {
            self.next()?;
        }
        Ok(())
    }

    pub(super) fn wrong<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Halt::Error(XmlError::malformed(message)))
    }

    pub(crate) fn limit<T>(&self, what: &str, name: &str, figure: usize) -> Result<T> {
        Err(Halt::Error(XmlError::limit(format!(
            "{what} is longer than the limit `{name}` of {figure} bytes"
        ))))
    }

    /// Reads a comment, a processing instruction or a CDATA section, and returns the text of a
    /// CDATA section.
    fn markup(&mut self) -> Result<Option<&'x str>> {
        let rest = self.rest();
        if rest.starts_with(b"<!--") {
            let text = self.section(4, b"--")?;
            let end = 4 + text.len() + 2;
            match rest.get(end) {
                None => return Err(Halt::More),
                Some(b'>') => self.pos += end + 1,
                Some(_) => return self.wrong("`--` inside a comment"),
            }
            return Ok(None);
        }
        if rest.starts_with(b"<![CDATA[") {
            if self.context.depth() == 0 {
                return self.wrong("a CDATA section outside the root element");
            }
            let text = self.section(9, b"]]>")?;
            self.pos += 9 + text.len() + 3;
            return Ok(Some(text));
        }
        if rest.starts_with(b"<?") {
            let text = self.section(2, b"?>")?;
            let target = &text[..chars::name_len(text.as_bytes())];
            if !chars::is_ncname(target) || target.eq_ignore_ascii_case("xml") {
                return self.wrong("an XML declaration or instruction that is not allowed here");
            }
            if text[target.len()..].starts_with(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')) {
                return self.wrong("a processing instruction whose target is not a name");
            }
            self.pos += 2 + text.len() + 2;
            return Ok(None);
        }
        if rest.starts_with(b"<!DOCTYPE") {
            return self
                .wrong("the message has a document type declaration (DTD); DTDs are refused");
        }
        let begins = |whole: &&[u8]| whole.starts_with(rest);
        if [&b"<!--"[..], b"<![CDATA[", b"<!DOCTYPE"]
            .iter()
            .any(begins)
        {
            return Err(Halt::More);
        }
        self.wrong("markup that is neither comment, CDATA section nor instruction")
    }

    /// The text between an opening of `open` bytes and the next `close`.
    fn section(&self, open: usize, close: &[u8]) -> Result<&'x str> {
        let rest = &self.src[self.pos + open..];
        let found = memmem::find(rest.as_bytes(), close);
        // The last bytes that have arrived may be the first bytes of `close`.
        let len = found.unwrap_or_else(|| rest.len().saturating_sub(close.len() - 1));
        let max = self.context.limits.text;
        if len > max {
            return self.limit("a comment, instruction or section", "text", max);
        }
        let Some(end) = found else {
            return Err(Halt::More);
        };
        self.check_chars(&rest[..end])?;
        Ok(&rest[..end])
    }

    pub(super) fn check_chars(&self, text: &str) -> Result<()> {
        if text.chars().all(chars::is_char) {
            Ok(())
        } else {
            self.wrong("a character that XML does not allow")
        }
    }

    fn end_tag(&mut self) -> Result<Token<'x>> {
        let rest = &self.rest()[2..];
        let open = self.context.top().as_bytes();
        if open.starts_with(rest) {
            return Err(Halt::More);
        }
        if rest.starts_with(open) && !open.is_empty() {
            let spaces = rest[open.len()..]
                .iter()
                .take_while(|b| chars::is_space(**b))
                .count();
            match rest.get(open.len() + spaces) {
                None => return Err(Halt::More),
                Some(b'>') => {
                    self.pos += 2 + open.len() + spaces + 1;
                    self.context.pop();
                    return Ok(Token::End);
                }
                Some(_) => {}
            }
        }
        self.wrong(match self.context.top() {
            "" => "an end tag outside the root element".to_owned(),
            open => format!(
                "expected the end of `{}`, found another end tag",
                shorten(open)
            ),
        })
    }
}

/// The start of a text from outside, for an error message.
pub(crate) fn shorten(text: &str) -> String {
    let mut out: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Limits, WorkDeadline};

    fn read(document: &str, deadline: WorkDeadline) -> std::result::Result<(), String> {
        let mut context = Context::new([""], Limits::default());
        context.deadline = deadline;
        let mut reader = Reader::new(document, true, &mut context);
        loop {
            match reader.next() {
                Ok(Token::Eof) => return Ok(()),
                Ok(_) => {}
                Err(Halt::Error(error)) => return Err(error.to_string()),
                Err(Halt::More) => return Err("incomplete".to_owned()),
            }
        }
    }

    #[test]
    fn a_long_document_ends_at_the_deadline() {
        let over = WorkDeadline(Some(tokio::time::Instant::now()));
        let long = format!("<a>{}</a>", "<b/>".repeat(10_000));
        assert!(read(&long, over).unwrap_err().contains("deadline"));
        assert_eq!(read(&long, WorkDeadline::default()), Ok(()));
    }
}
