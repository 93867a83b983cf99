//! Limits the attempts to guess passwords or links.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The number of failures of one address that are allowed within [`WITHIN`].
const MOST: usize = 5;

/// The time within which failures count.
const WITHIN: Duration = Duration::from_secs(5 * 60);

/// The number of addresses whose failures are stored. If there are more, new addresses are refused.
const ADDRESSES: usize = 10_000;

/// Failed logins by address.
#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<IpAddr, Vec<Instant>>>);

impl Attempts {
    /// Whether an address may try now. The error is the time that it must wait.
    pub(super) fn may_try(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |at: &Instant| now.duration_since(*at) < WITHIN;
        if failures.len() >= ADDRESSES {
            failures.retain(|_, times| times.iter().any(recent));
        }
        let is_full = failures.len() >= ADDRESSES;
        match failures.get(&network(address)) {
            None if is_full => Err(WITHIN),
            None => Ok(()),
            Some(times) => {
                let counted: Vec<&Instant> = times.iter().filter(|at| recent(at)).collect();
                match counted.first() {
                    Some(first) if counted.len() >= MOST => {
                        Err(WITHIN.saturating_sub(now.duration_since(**first)))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    pub(super) fn failed(&self, address: IpAddr, now: Instant) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = failures.entry(network(address)).or_default();
        times.retain(|at| now.duration_since(*at) < WITHIN);
        times.push(now);
    }

    pub(super) fn succeeded(&self, address: IpAddr) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&network(address));
    }
}

/// The network of an address, because a customer of a provider has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_wait_after_some_failures_but_others_need_not() {
        let attempts = Attempts::default();
        let begin = Instant::now();
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for second in 0..MOST as u64 {
            let now = begin + Duration::from_secs(second);
            attempts.may_try(address("2001:db8::1"), now).unwrap();
            attempts.failed(address("2001:db8::1"), now);
        }
        let now = begin + Duration::from_secs(60);
        let wait = attempts.may_try(address("2001:db8::2"), now).unwrap_err();
        assert_eq!(wait, WITHIN - Duration::from_secs(60));
        attempts.may_try(address("2001:db8:0:1::1"), now).unwrap();
        attempts.may_try(address("192.0.2.1"), now).unwrap();
        let later = begin + WITHIN;
        attempts.may_try(address("2001:db8::1"), later).unwrap();
        attempts.failed(address("2001:db8::1"), later);
        attempts.may_try(address("2001:db8::1"), later).unwrap_err();
        attempts.succeeded(address("2001:db8::1"));
        attempts.may_try(address("2001:db8::1"), later).unwrap();
    }
}
