//! Sessions: who is logged in, since when unheard of, and what they may do.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

/// A session of a user. All clients of a user share it.
pub(crate) struct Session {
    /// Number of the user in the description.
    pub(crate) user: usize,
    pub(crate) last_call: Instant,
    /// The password must be changed first.
    pub(crate) restricted: bool,
}

/// The sessions, by their secret.
#[derive(Default)]
pub(crate) struct Sessions {
    by_secret: HashMap<String, Session>,
}

/// Secrets stay out of it.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("count", &self.by_secret.len())
            .finish()
    }
}

impl Sessions {
    /// The live session of a user, or a new one; returns its secret.
    pub(crate) fn open(
        &mut self,
        org: &str,
        user: usize,
        restricted: bool,
        life: Duration,
    ) -> String {
        self.by_secret
            .retain(|_, session| session.last_call.elapsed() < life);
        let known = (self.by_secret.iter_mut())
            .find(|(_, session)| session.user == user && session.restricted == restricted);
        if let Some((secret, session)) = known {
            session.last_call = Instant::now();
            return secret.clone();
        }
        let secret = format!("{org}!AQ{}", random_text());
        self.by_secret.insert(
            secret.clone(),
            Session {
                user,
                last_call: Instant::now(),
                restricted,
            },
        );
        secret
    }

    /// The session of a secret, which this call keeps alive.
    pub(crate) fn touch(&mut self, secret: &str, life: Duration) -> Option<&Session> {
        if self.by_secret.get(secret)?.last_call.elapsed() >= life {
            self.by_secret.remove(secret);
            return None;
        }
        let session = self.by_secret.get_mut(secret)?;
        session.last_call = Instant::now();
        Some(session)
    }

    pub(crate) fn close(&mut self, secret: &str) -> bool {
        self.by_secret.remove(secret).is_some()
    }

    pub(crate) fn close_all(&mut self) {
        self.by_secret.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.by_secret.len()
    }
}

/// Text nobody can guess, from the random keys that the standard library hashes with.
pub(crate) fn random_text() -> String {
    let mut out = String::new();
    while out.len() < 88 {
        let mut bits = RandomState::new().build_hasher().finish();
        for _ in 0..10 {
            let digit = (bits % 64) as usize;
            out.push(char::from(
                b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"[digit],
            ));
            bits /= 64;
        }
    }
    out
}
