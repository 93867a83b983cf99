//! Bytes of a file on their way: written beside the store while they arrive.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::base64::Base64;
use crate::connector::error::{Error, Kind};

/// Bytes that are written at a time.
const BUFFER: usize = 256 << 10;

/// A file that is being received.
#[derive(Debug)]
pub struct Staging {
    file: BufWriter<File>,
    path: PathBuf,
    digest: Sha256,
    bytes: u64,
    base64: Base64,
    decoded: Vec<u8>,
}

/// A file that was received to its end. Its bytes are removed when this is dropped.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Staging {
    /// Begins to receive a file into a folder. What an earlier attempt left there is overwritten.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn begin(folder: &Path, name: &str) -> Result<Self, Error> {
        fs::create_dir_all(folder)
            .map_err(|error| Error::io("create the folder", folder, error))?;
        // An Id consists of letters and digits; anything else must not become a path.
        let name: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '-' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let path = folder.join(format!("{name}.csv"));
        let file = File::create(&path).map_err(|error| Error::io("create", &path, error))?;
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            path,
            digest: Sha256::new(),
            bytes: 0,
            base64: Base64::default(),
            decoded: Vec::new(),
        })
    }

    /// Takes bytes as they are.
    ///
    /// # Errors
    ///
    /// The disk is full, or the file cannot be written.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(|error| Error::io("write", &self.path, error))
    }

    /// Takes a piece of base64.
    ///
    /// # Errors
    ///
    /// The text is not base64, or the file cannot be written.
    pub fn base64(&mut self, text: &[u8]) -> Result<(), Error> {
        let mut decoded = std::mem::take(&mut self.decoded);
        decoded.clear();
        let fed = self.base64.feed(text, &mut decoded);
        let written = self.bytes(&decoded);
        self.decoded = decoded;
        fed.map_err(bad)?;
        written
    }

    /// Begins again with an empty file, because what came so far was cut off.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn restart(&mut self) -> Result<(), Error> {
        let file =
            File::create(&self.path).map_err(|error| Error::io("create", &self.path, error))?;
        self.file = BufWriter::with_capacity(BUFFER, file);
        self.digest = Sha256::new();
        self.bytes = 0;
        self.base64 = Base64::default();
        Ok(())
    }

    /// How many bytes came so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.bytes
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// The base64 was cut, or the file cannot be written.
    pub fn finish(mut self) -> Result<Staged, Error> {
        std::mem::take(&mut self.base64).finish().map_err(bad)?;
        self.file
            .flush()
            .map_err(|error| Error::io("write", &self.path, error))?;
        Ok(Staged {
            path: self.path,
            bytes: self.bytes,
            sha256: self
                .digest
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        })
    }
}

fn bad(error: super::base64::BadBase64) -> Error {
    Error::new(Kind::Data, "the file did not arrive whole").because(error)
}

impl Staged {
    /// Opens the bytes.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }

    /// Where the bytes are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the bytes into another folder, to be kept, and returns where they are then.
    ///
    /// # Errors
    ///
    /// The folder cannot be written; the bytes are then still where they were until this is dropped.
    pub fn keep(self, folder: &Path) -> Result<PathBuf, Error> {
        fs::create_dir_all(folder)
            .map_err(|error| Error::io("create the folder", folder, error))?;
        let name = self.path.file_name().unwrap_or_default();
        let kept = folder.join(name);
        fs::rename(&self.path, &kept)
            .map_err(|error| Error::io("move a damaged file to", &kept, error))?;
        Ok(kept)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After `keep` there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}
