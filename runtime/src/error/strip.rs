//! Removes secrets from an error.

use std::error::Error as StdError;

use super::{Error, Recovery};

impl Error {
    /// Removes secrets from all texts that may come from a response. `strip` returns a text without
    /// its secrets, or `None` if the text contains none. A source that contains a secret is
    /// withheld.
    pub(crate) fn stripped(mut self, strip: &dyn Fn(&str) -> Option<String>) -> Self {
        if let Some(source) = &self.0.source
            && strip(&chain(&**source)).is_some()
        {
            let withheld = "the cause is withheld, because it repeats a secret of the request";
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
            // A code that [`Recovery`] knows reveals nothing. It must be kept, because it decides,
            // for example, that a lost session is renewed.
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
