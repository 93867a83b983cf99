//! Stages the bytes of a file: small files in memory, and large ones in a file beside the store.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::base64::Base64;
use crate::connector::error::{Error, Kind};
use crate::connector::private::{create_folder, to_write};

/// The number of bytes that are written at a time.
const BUFFER: usize = 256 << 10;

/// The largest staged file that is kept in memory, in bytes. Most files are smaller.
const IN_MEMORY: usize = 4 << 20;

/// A file that is being received.
#[derive(Debug)]
pub struct Staging {
    content: Content<BufWriter<File>>,
    path: PathBuf,
    digest: Sha256,
    bytes: u64,
    base64: Base64,
    decoded: Vec<u8>,
}

/// A completely received file. Its bytes are removed when the value is dropped.
#[derive(Debug)]
pub struct Staged {
    content: Content<()>,
    path: PathBuf,
    /// The number of bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// The staged bytes, in memory or in a file.
enum Content<F> {
    Memory(Vec<u8>),
    File(F),
}

impl<F> fmt::Debug for Content<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bytes are data of the org, so they are not printed.
        f.write_str(match self {
            Self::Memory(_) => "Memory",
            Self::File(_) => "File",
        })
    }
}

impl Staging {
    /// Starts a staged file in a folder. A file that an earlier attempt left there is overwritten.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn begin(folder: &Path, name: &str) -> Result<Self, Error> {
        create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
        // An Id consists of letters and digits. Other characters must not become part of a path.
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
        Ok(Self {
            content: Content::Memory(Vec::new()),
            path,
            digest: Sha256::new(),
            bytes: 0,
            base64: Base64::default(),
            decoded: Vec::new(),
        })
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// The disk is full, or the file cannot be written.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        if let Content::Memory(memory) = &mut self.content {
            if memory.len() + bytes.len() <= IN_MEMORY {
                memory.extend_from_slice(bytes);
                return Ok(());
            }
            self.move_to_file()?;
        }
        self.write(bytes)
    }

    /// Moves the bytes from memory to a file.
    fn move_to_file(&mut self) -> Result<(), Error> {
        let Content::Memory(memory) = &mut self.content else {
            return Ok(());
        };
        let memory = std::mem::take(memory);
        let file = create(&self.path).map_err(|error| Error::io("create", &self.path, error))?;
        self.content = Content::File(BufWriter::with_capacity(BUFFER, file));
        self.write(&memory)
    }

    /// Writes to the file, if the bytes are in a file.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.content {
            Content::Memory(_) => Ok(()),
            Content::File(file) => file.write_all(bytes),
        }
        .map_err(|error| Error::io("write", &self.path, error))
    }

    /// Decodes a piece of base64 and appends its bytes.
    ///
    /// # Errors
    ///
    /// The text is not base64, or the file cannot be written.
    pub fn base64(&mut self, text: &[u8]) -> Result<(), Error> {
        if let Content::Memory(memory) = &mut self.content {
            let before = memory.len();
            let fed = self.base64.feed(text, memory);
            let decoded = memory.get(before..).unwrap_or_default();
            self.digest.update(decoded);
            self.bytes += decoded.len() as u64;
            fed.map_err(bad)?;
            return match memory.len() <= IN_MEMORY {
                true => Ok(()),
                false => self.move_to_file(),
            };
        }
        let mut decoded = std::mem::take(&mut self.decoded);
        decoded.clear();
        let fed = self.base64.feed(text, &mut decoded);
        let written = self.bytes(&decoded);
        self.decoded = decoded;
        fed.map_err(bad)?;
        written
    }

    /// Discards the bytes, because the response was cut off, and starts again.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn restart(&mut self) -> Result<(), Error> {
        match &mut self.content {
            Content::Memory(memory) => memory.clear(),
            Content::File(_) => {
                let file =
                    create(&self.path).map_err(|error| Error::io("create", &self.path, error))?;
                self.content = Content::File(BufWriter::with_capacity(BUFFER, file));
            }
        }
        self.digest = Sha256::new();
        self.bytes = 0;
        self.base64 = Base64::default();
        Ok(())
    }

    /// The number of bytes that were received so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.bytes
    }

    /// Completes the staged file.
    ///
    /// # Errors
    ///
    /// The base64 was cut off, or the file cannot be written.
    pub fn finish(mut self) -> Result<Staged, Error> {
        std::mem::take(&mut self.base64).finish().map_err(bad)?;
        let content = match self.content {
            Content::Memory(memory) => Content::Memory(memory),
            Content::File(mut file) => {
                file.flush()
                    .map_err(|error| Error::io("write", &self.path, error))?;
                Content::File(())
            }
        };
        Ok(Staged {
            content,
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
    Error::new(Kind::Data, "the file did not arrive completely").because(error)
}

impl Staged {
    /// Opens the bytes for reading.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match &self.content {
            Content::Memory(memory) => Box::new(memory.as_slice()),
            Content::File(()) => Box::new(File::open(&self.path)?),
        })
    }

    /// The path of the bytes, if they are in a file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the bytes to another folder, where they are kept, and returns their path.
    ///
    /// # Errors
    ///
    /// The folder cannot be written. In this case, the bytes stay where they are until the value is
    /// dropped.
    pub fn keep(self, folder: &Path) -> Result<PathBuf, Error> {
        create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
        let name = self.path.file_name().unwrap_or_default();
        let kept = folder.join(name);
        match &self.content {
            Content::Memory(memory) => create(&kept).and_then(|mut file| file.write_all(memory)),
            Content::File(()) => fs::rename(&self.path, &kept),
        }
        .map_err(|error| Error::io("move a damaged file to", &kept, error))?;
        Ok(kept)
    }
}

/// Creates or empties a file. It contains the log of an org, so only the user may read it.
fn create(path: &Path) -> io::Result<File> {
    to_write().truncate(true).open(path)
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After `keep`, there is nothing to remove.
        if matches!(self.content, Content::File(())) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
