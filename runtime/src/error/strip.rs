//! Takes out of an error what it must not repeat.

use std::error::Error as StdError;

use super::{Error, Recovery};

impl Error {
    /// Puts the texts that may come from an answer through `strip`, which gives nothing for a text
    /// that may stay as it is. A source that has something to strip is withheld.
    pub(crate) fn stripped(mut self, strip: &dyn Fn(&str) -> Option<String>) -> Self {
        if let Some(source) = &self.0.source
            && strip(&chain(&**source)).is_some()
        {
            let withheld = "the cause repeats what was sent and must not be shown; it is withheld";
            self.0.source = Some(Box::<dyn StdError + Send + Sync>::from(withheld).into());
        }
        let texts = std::iter::once(&mut self.0.message).chain(&mut self.0.path);
        for text in texts {
            if let Some(stripped) = strip(text) {
                *text = stripped;
            }
        }
        if let Some(fault) = &mut self.0.fault {
            let code = fault.code.clone();
            fault.strip(strip);
            // A code with a meaning gives nothing away, and without it a lost session, for one, would
            // not be renewed.
            if Recovery::of_code(&code, "") != Recovery::GiveUp {
                fault.code = code;
            }
        }
        self
    }
}

/// Everything that an error and its causes show.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&format!("{error}\n{error:?}\n"));
        next = error.source();
    }
    text
}
