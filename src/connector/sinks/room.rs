//! Bounds the memory that the batches of all sinks of a process take together.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The JSON of all batches that are on their way, in KiB.
const MOST: u32 = 48 << 10;

static ROOM: Semaphore = Semaphore::const_new(MOST as usize);

/// Room for a batch. It is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Room(Option<SemaphorePermit<'static>>);

impl Room {
    /// Waits for room for a batch of as many bytes.
    pub(super) async fn of(bytes: u64) -> Self {
        // The semaphore is never closed.
        Self(ROOM.acquire_many(kibibytes(bytes)).await.ok())
    }

    /// Gives back what a batch does not need that has as many bytes.
    pub(super) fn shrink(&mut self, bytes: u64) {
        if let Some(permit) = &mut self.0 {
            let spare = permit
                .num_permits()
                .saturating_sub(kibibytes(bytes) as usize);
            drop(permit.split(spare));
        }
    }
}

fn kibibytes(bytes: u64) -> u32 {
    let whole = u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(MOST);
    whole.clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_small_batches_have_room_and_large_ones_wait_for_each_other() {
        let mut small = Vec::new();
        for _ in 0..100 {
            let mut room = Room::of(8 << 20).await;
            room.shrink(1_000);
            small.push(room);
        }
        let large = Room::of(40 << 20).await;
        let mut waits = std::pin::pin!(Room::of(40 << 20));
        assert!(futures_util::poll!(&mut waits).is_pending());
        drop(large);
        waits.await;
        // A batch that is larger than all of it takes all of it.
        drop(small);
        drop(Room::of(u64::MAX).await);
    }
}
