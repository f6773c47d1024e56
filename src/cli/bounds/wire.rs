//! What a worker and its parent say to each other: messages behind their length, and what a template holds as it is.

use super::limits::Limits;
use crate::error::Error;
use crate::work::{Done, Job, Options};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{self, Read, Write};

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
    /// Its bytes, which follow the message.
    #[serde(skip)]
    pub content: Vec<u8>,
    /// What it is called in a diff; none where none is wanted. A path can be no text, which serde asks of one.
    pub name: Option<OsString>,
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
    let Some(bytes) = taken(stream, u64::from_le_bytes(length))? else { return Ok(None) };
    // As a value first: what reads MessagePack would be a tenth of all code, compiled anew for each type.
    let value: Value = rmp_serde::from_slice(&bytes).map_err(io::Error::other)?;
    Ok(Some(M::deserialize(value)?))
}

/// Writes a request.
pub fn ask(stream: &mut impl Write, request: &Request) -> io::Result<()> {
    send(stream, &(request, request.content.len()))?;
    stream.write_all(&request.content)?;
    stream.flush()
}

/// Reads a request; none where the stream ends before it does.
pub fn asked(stream: &mut impl Read) -> io::Result<Option<Request>> {
    let Some((request, length)) = receive::<(Request, u64)>(stream)? else { return Ok(None) };
    Ok(taken(stream, length)?.map(|content| Request { content, ..request }))
}

/// So many bytes; none where the stream ends before.
fn taken(stream: &mut impl Read, length: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = stream.take(length).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|_| read as u64 == length))
}
