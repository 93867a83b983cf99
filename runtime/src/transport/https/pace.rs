//! How long an exchange may take: deadlines, and the check for responses that are too slow.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::upload::{Progress, Stage};
use crate::transport::error::{Sent, TransportError, TransportErrorKind};

/// The timeouts of one exchange.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// The time to resolve the name, to connect and to complete the TLS handshake.
    pub(super) connect: Duration,
    /// The time from the end of the request to the head of the response.
    pub(super) response: Duration,
    /// The time without any progress while a body is sent or received.
    pub(super) idle: Duration,
    /// The total waiting time.
    pub(super) total: Duration,
    pub(super) throughput: Option<Throughput>,
}

/// The minimum throughput of a response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throughput {
    pub(super) bytes_per_second: u32,
    pub(super) window: Duration,
    pub(super) grace: Duration,
}

/// The maximum waiting time. Longer settings mean that there is no limit, and must not overflow the
/// clock.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

impl Times {
    /// Refuses a time of zero, which would fail every call, and limits times that are too long.
    pub(super) fn checked(mut self) -> Result<Self, TransportError> {
        let mut named = vec![
            ("connect_timeout", &mut self.connect),
            ("response_timeout", &mut self.response),
            ("idle_timeout", &mut self.idle),
            ("total_timeout", &mut self.total),
        ];
        if let Some(least) = &mut self.throughput {
            least.grace = least.grace.min(FOREVER);
            named.push(("minimum_throughput: window", &mut least.window));
        }
        for (name, time) in named {
            if time.is_zero() {
                return Err(TransportError::usage(format!(
                    "{name}: it must be longer than zero"
                )));
            }
            *time = (*time).min(FOREVER);
        }
        Ok(self)
    }
}

impl Throughput {
    fn bytes_per_window(self) -> u64 {
        (f64::from(self.bytes_per_second) * self.window.as_secs_f64()) as u64
    }
}

fn timeout(message: String, sent: Sent) -> TransportError {
    TransportError::new(TransportErrorKind::Timeout, message).with_sent(sent)
}

/// Waits for the head of the response.
pub(super) async fn head<T>(
    exchange: impl Future<Output = T>,
    progress: &Progress,
    times: &Times,
    started: Instant,
) -> Result<T, TransportError> {
    let end = started + times.total;
    let mut exchange = pin!(exchange);
    let mut alarm = pin!(sleep_until(end));
    poll_fn(|context| {
        if let Poll::Ready(output) = exchange.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        let stage = progress.watch(context);
        let due = match stage {
            // The connection has its own timeout.
            Stage::Waiting => end,
            Stage::Sending(at) => end.min(at + times.idle),
            Stage::Sent(at) => end.min(at + times.response),
        };
        if alarm.deadline() != due {
            alarm.as_mut().reset(due);
        }
        alarm
            .as_mut()
            .poll(context)
            .map(|()| Err(late(stage, due == end, times)))
    })
    .await
}

fn late(stage: Stage, total: bool, times: &Times) -> TransportError {
    let sent = if stage == Stage::Waiting {
        Sent::No
    } else {
        Sent::Maybe
    };
    let message = match stage {
        _ if total => format!("no response within {:?} (total_timeout)", times.total),
        Stage::Sent(_) => format!(
            "the service has the request but no response came within {:?} (response_timeout)",
            times.response
        ),
        _ => format!(
            "the service read nothing of the request for {:?} (idle_timeout)",
            times.idle
        ),
    };
    timeout(message, sent)
}

/// Limits the time that a body may take. Only the time spent on waiting for the network and on
/// decompression counts, and not the time that the caller takes to handle what has arrived.
#[derive(Debug)]
pub(super) struct Pace {
    times: Times,
    /// The waiting time so far, without the current wait.
    waited: Duration,
    /// The time spent on decompression so far.
    worked: Duration,
    /// The start of the current wait. It is stored here so that a cancelled wait still counts.
    since: Option<Instant>,
    window_end: Option<Duration>,
    window_bytes: u64,
    /// The number of bytes that must arrive in the current window, which is zero during the grace
    /// period.
    window_least: u64,
}

impl Pace {
    pub(super) fn new(times: Times, waited: Duration) -> Self {
        let window_end = times.throughput.map(|least| waited + least.grace);
        Self {
            times,
            waited,
            worked: Duration::ZERO,
            since: None,
            window_end,
            window_bytes: 0,
            window_least: 0,
        }
    }

    /// Waits for `receive`, which must be cancel-safe.
    pub(super) async fn next<T>(
        &mut self,
        receive: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        let mut receive = pin!(receive);
        let since = *self.since.get_or_insert_with(Instant::now);
        loop {
            let left = self
                .times
                .total
                .saturating_sub(self.waited + self.worked)
                .min(self.times.idle);
            let left = match self.window_end {
                Some(end) => left.min(end.saturating_sub(self.waited)),
                None => left,
            };
            if let Ok(received) = timeout_at(since + left, receive.as_mut()).await {
                self.waited += since.elapsed();
                self.since = None;
                return Ok(received);
            }
            let now = since.elapsed();
            if now >= self.times.idle {
                let idle = self.times.idle;
                let message = format!("the response stopped: no byte for {idle:?} (idle_timeout)");
                return Err(timeout(message, Sent::Maybe));
            }
            if self.waited + self.worked + now >= self.times.total {
                return Err(self.too_late());
            }
            self.roll(self.waited + now)?;
        }
    }

    /// Counts time spent on decompression, which is part of the total time.
    pub(super) fn work(&mut self, time: Duration) -> Result<(), TransportError> {
        self.worked += time;
        if self.waited + self.worked >= self.times.total {
            return Err(self.too_late());
        }
        Ok(())
    }

    fn too_late(&self) -> TransportError {
        let total = self.times.total;
        let message = format!("the response was not complete after {total:?} (total_timeout)");
        timeout(message, Sent::Maybe)
    }

    /// Counts what has arrived.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), TransportError> {
        self.window_bytes += bytes as u64;
        self.roll(self.waited)
    }

    /// Ends the current window if it is over, and starts the next one.
    fn roll(&mut self, now: Duration) -> Result<(), TransportError> {
        let (Some(end), Some(least)) = (self.window_end, self.times.throughput) else {
            return Ok(());
        };
        if now < end {
            return Ok(());
        }
        if self.window_bytes < self.window_least {
            let message = format!(
                "the response arrived too slowly: {} bytes within {:?}, less than {} a second \
                 (minimum_throughput)",
                self.window_bytes, least.window, least.bytes_per_second
            );
            return Err(timeout(message, Sent::Maybe));
        }
        self.window_bytes = 0;
        self.window_least = least.bytes_per_window();
        self.window_end = Some(now + least.window);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_counts_towards_the_total() {
        let second = Duration::from_secs(1);
        let times = Times {
            connect: second,
            response: second,
            idle: second,
            total: 10 * second,
            throughput: None,
        };
        let mut pace = Pace::new(times, 3 * second);
        pace.work(4 * second).unwrap();
        pace.work(2 * second).unwrap();
        let error = pace.work(second).unwrap_err();
        assert!(error.is_timeout() && error.maybe_applied(), "{error}");
        assert!(error.to_string().contains("total_timeout"), "{error}");
    }
}
