//! What a worker and its parent say to each other: messages behind their length.

use super::limits::Limits;
use crate::error::Error;
use crate::work::{Done, Job, Options};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// What a worker is told first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Orders {
    /// What all work is done with.
    pub options: Options,
    /// What it may cost.
    pub limits: Limits,
}

/// A template to work on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// What to do with it.
    pub job: Job,
    /// Its bytes.
    #[serde(with = "bytes")]
    pub content: Vec<u8>,
    /// What it is called in a diff; none where none is wanted.
    pub name: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The work is done.
    Done {
        /// What was found, and the new text.
        done: Box<Done>,
        /// The change, where it was asked for and there is one that may be kept.
        diff: Option<String>,
    },
    /// It cannot be done.
    Failed(Error),
    /// It was too much, and the worker ends.
    Stopped(Error),
}

/// Writes a message.
pub fn send(stream: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = rmp_serde::to_vec_named(message).map_err(io::Error::other)?;
    stream.write_all(&(bytes.len() as u64).to_le_bytes())?;
    stream.write_all(&bytes)?;
    stream.flush()
}

/// Reads a message; none where the stream ends before one.
pub fn receive<M: DeserializeOwned>(stream: &mut impl Read) -> io::Result<Option<M>> {
    let mut length = [0; 8];
    match stream.read_exact(&mut length) {
        Err(err) if err.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut bytes = Vec::new();
    let length = u64::from_le_bytes(length);
    if stream.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Ok(None);
    }
    rmp_serde::from_slice(&bytes).map(Some).map_err(io::Error::other)
}

/// Bytes as such, not as a list of numbers.
mod bytes {
    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
