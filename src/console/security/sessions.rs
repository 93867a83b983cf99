//! The open sessions, and the link for the next login.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::tokens::Tokens;
use crate::connector::Error;

/// The time after which an unused session ends.
const IDLE: Duration = Duration::from_secs(8 * 60 * 60);

/// The time after which every session ends.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The largest number of sessions. If there are more, the session that was unused for the longest time
/// ends.
const MOST: usize = 100;

/// The time after which an unused link becomes invalid.
const LINK: Duration = Duration::from_secs(15 * 60);

struct Session {
    began: Instant,
    used: Instant,
}

impl Session {
    fn lives(&self, now: Instant) -> bool {
        now.duration_since(self.used) < IDLE && now.duration_since(self.began) < LONGEST
    }
}

/// The sessions, by a value that is derived from their cookies, and the unused link.
#[derive(Default)]
pub(super) struct Sessions {
    open: Mutex<HashMap<String, Session>>,
    link: Mutex<Option<(String, Instant)>>,
}

impl Sessions {
    /// Opens a session, and returns the value of its cookie.
    pub(super) fn open(&self, tokens: &Tokens, now: Instant) -> Result<String, Error> {
        let cookie = tokens.random()?;
        let mut open = self.lock();
        open.retain(|_, session| session.lives(now));
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, session)| session.used);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                open.remove(&oldest);
            }
        }
        let session = Session {
            began: now,
            used: now,
        };
        open.insert(tokens.derived("session", &cookie), session);
        Ok(cookie)
    }

    /// Whether the cookie belongs to a session. If so, the session counts as used now.
    pub(super) fn touch(&self, tokens: &Tokens, cookie: &str, now: Instant) -> bool {
        let name = tokens.derived("session", cookie);
        let mut open = self.lock();
        match open.get_mut(&name).filter(|session| session.lives(now)) {
            Some(session) => {
                session.used = now;
                true
            }
            None => {
                open.remove(&name);
                false
            }
        }
    }

    pub(super) fn close(&self, tokens: &Tokens, cookie: &str) {
        self.lock().remove(&tokens.derived("session", cookie));
    }

    /// Makes the key of a new link. The previous link becomes invalid.
    pub(super) fn new_link(&self, tokens: &Tokens, now: Instant) -> Result<String, Error> {
        let key = tokens.random()?;
        let kept = (tokens.derived("link", &key), now);
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(key)
    }

    /// Invalidates the link. Returns whether this was its key.
    pub(super) fn use_link(&self, tokens: &Tokens, key: &str, now: Instant) -> bool {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = link.as_ref().is_some_and(|(kept, made)| {
            tokens.is_derived("link", key, kept) && now.duration_since(*made) < LINK
        });
        if is_it {
            *link = None;
        }
        is_it
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_idle_or_old_or_closed() {
        let (tokens, sessions) = (Tokens::new().unwrap(), Sessions::default());
        let begin = Instant::now();
        let at = |hours: u64| begin + Duration::from_secs(hours * 3600);
        let cookie = sessions.open(&tokens, at(0)).unwrap();
        assert!(!sessions.touch(&tokens, "other", at(0)));
        assert!(sessions.touch(&tokens, &cookie, at(7)));
        assert!(sessions.touch(&tokens, &cookie, at(14)));
        assert!(sessions.touch(&tokens, &cookie, at(21)));
        assert!(!sessions.touch(&tokens, &cookie, at(24)));

        let cookie = sessions.open(&tokens, at(0)).unwrap();
        assert!(!sessions.touch(&tokens, &cookie, at(8)));
        assert!(!sessions.touch(&tokens, &cookie, at(0)));

        let cookie = sessions.open(&tokens, at(0)).unwrap();
        sessions.close(&tokens, &cookie);
        assert!(!sessions.touch(&tokens, &cookie, at(0)));
    }

    #[test]
    fn the_least_recently_used_session_ends_if_there_are_too_many() {
        let (tokens, sessions) = (Tokens::new().unwrap(), Sessions::default());
        let begin = Instant::now();
        let first = sessions.open(&tokens, begin).unwrap();
        for second in 1..=MOST as u64 {
            sessions
                .open(&tokens, begin + Duration::from_secs(second))
                .unwrap();
        }
        assert!(!sessions.touch(&tokens, &first, begin));
    }

    #[test]
    fn a_link_works_once_and_expires() {
        let (tokens, sessions) = (Tokens::new().unwrap(), Sessions::default());
        let now = Instant::now();
        let replaced = sessions.new_link(&tokens, now).unwrap();
        let key = sessions.new_link(&tokens, now).unwrap();
        assert!(!sessions.use_link(&tokens, &replaced, now));
        assert!(!sessions.use_link(&tokens, "", now));
        assert!(sessions.use_link(&tokens, &key, now));
        assert!(!sessions.use_link(&tokens, &key, now));
        let late = sessions.new_link(&tokens, now).unwrap();
        assert!(!sessions.use_link(&tokens, &late, now + LINK));
    }
}
