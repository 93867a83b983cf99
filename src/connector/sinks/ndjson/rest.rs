//! What is in the files behind the place that is acknowledged.
//!
//! A process that ended between writing and the cursor leaves the beginning of the batch that it wrote. It is cut off,
//! because the same batch is written again. Anything else is there because the store was restored from a copy, or
//! because the sink was set up in another way meanwhile. Nobody writes it again, so that it is kept.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Position, begin_of, cut, length_of};
use crate::connector::error::Error;
use crate::connector::private::to_write;
use crate::connector::sinks::Batch;

/// A part of a file behind the place that is acknowledged.
struct Rest {
    path: PathBuf,
    from: u64,
    bytes: u64,
}

/// Removes what is behind a position, or moves it out of the way if it is not the beginning of a batch.
pub(super) fn clear(folder: &Path, position: Position, batch: &Batch) -> Result<(), Error> {
    for rests in find(folder, position)?.values() {
        let is_own = is_beginning(rests, batch)?;
        // The last one first: whoever is interrupted finds the others again.
        for rest in rests.iter().rev() {
            if !is_own {
                keep(rest)?;
            }
            cut(&rest.path, rest.from).map_err(|error| Error::io("write", &rest.path, error))?;
        }
    }
    Ok(())
}

/// What is behind a position: the rest of its file, and the files with greater numbers. Each lease that has ended
/// before the cursor moved may have left some.
fn find(folder: &Path, position: Position) -> Result<BTreeMap<Option<i64>, Vec<Rest>>, Error> {
    let fail = |error| Error::io("read", folder, error);
    let mut places = vec![position];
    for entry in fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        let place = name.to_str().and_then(begin_of);
        let is_behind = |place: &Position| {
            place.number > position.number
                || place.number == position.number && place.lease != position.lease
        };
        places.extend(place.filter(is_behind));
    }
    places.sort_by_key(|place| place.number);
    let mut rests: BTreeMap<_, Vec<Rest>> = BTreeMap::new();
    for place in places {
        let path = place.path(folder);
        let length = length_of(&path)?.unwrap_or(0);
        if length > place.bytes {
            rests.entry(place.lease).or_default().push(Rest {
                path,
                from: place.bytes,
                bytes: length - place.bytes,
            });
        }
    }
    Ok(rests)
}

/// Whether all that is there is the beginning of what is written now.
fn is_beginning(rests: &[Rest], batch: &Batch) -> Result<bool, Error> {
    let found: u64 = rests.iter().map(|rest| rest.bytes).sum();
    let lines = batch.rows.len() as u64;
    if found > batch.bytes() + lines {
        return Ok(false);
    }
    let rows = batch.rows.iter();
    let mut expected = rows.flat_map(|row| row.json.iter().chain(b"\n"));
    for rest in rests {
        let read = read(rest).map_err(|error| Error::io("read", &rest.path, error))?;
        if !read.iter().all(|byte| expected.next() == Some(byte)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(rest: &Rest) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(&rest.path)?;
    file.seek(SeekFrom::Start(rest.from))?;
    file.take(rest.bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Copies a part of a file to a file of its own, whose name says where it was.
fn keep(rest: &Rest) -> Result<(), Error> {
    let mut kept = rest.path.as_os_str().to_owned();
    kept.push(format!(".cut-{}", rest.from));
    let kept = PathBuf::from(kept);
    let copy = || {
        let mut from = File::open(&rest.path)?;
        from.seek(SeekFrom::Start(rest.from))?;
        let mut to = to_write().truncate(true).open(&kept)?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()
    };
    copy().map_err(|error| Error::io("write", &kept, error))?;
    tracing::warn!(
        file = %rest.path.display(),
        kept = %kept.display(),
        "the file has rows that this store did not write to it, or that it does not know any more; they were moved \
         to a file beside it"
    );
    Ok(())
}
