//! A threaded HTTP/1.1 server that can drop, cut off or refuse any request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::queue::error;

/// What shall go wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered with this status and message, without effect.
    Status(u16, &'static str),
    /// The connection is reset before the request is read.
    Reset,
    /// The request has its effect, but the answer is lost.
    LostAnswer,
    /// The body of the answer ends half way.
    Truncated,
    /// An answer of the right length that is half a JSON text.
    HalfJson,
    /// Answered with this status and message and `Retry-After` in seconds, without effect.
    Later(u16, u32, &'static str),
    /// Not answered for so long, then closed, without effect: as the worker's proxy while it tries.
    Hold(Duration),
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Counted from 1, over the life of the server.
    pub number: usize,
    pub method: String,
    /// The path with its query.
    pub path: String,
    pub body: Value,
    /// What it was answered with; 0 where no answer was sent.
    pub status: u16,
}

impl Seen {
    /// "GET /api/…", the form in which tests name requests.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What the server asks of the service behind it.
pub trait Service: Send + Sync + 'static {
    /// Called once for each connection that a request comes on, before the first.
    fn connected(&self);
    /// Called once for each request, as soon as its first line is known.
    fn arrive(&self, method: &str, path: &str) -> (usize, Option<Fault>);
    /// The answer to one request; `seen.status` is set by the server.
    fn answer(&self, seen: &Seen) -> Answer;
    fn done(&self, seen: Seen);
}

/// Accepts connections until it is dropped.
pub struct Server {
    pub addr: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Server {
    pub fn start<S: Service>(service: Arc<S>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let service = service.clone();
                if let Ok(stream) = stream {
                    thread::spawn(move || serve(&stream, service.as_ref()));
                }
            }
        });
        Server { addr, stop }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the accepting thread, so that it sees the flag and frees the port.
        let _ = TcpStream::connect(self.addr);
    }
}

fn serve(stream: &TcpStream, service: &dyn Service) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    let mut is_first = true;
    while let Some((method, path)) = peek_first_line(stream) {
        if std::mem::take(&mut is_first) {
            service.connected();
        }
        let (number, fault) = service.arrive(&method, &path);
        let mut seen = Seen { number, method, path, body: Value::Null, status: 0 };
        if matches!(fault, Some(Fault::Reset)) {
            service.done(seen);
            // Closing with unread bytes makes the kernel send RST.
            return;
        }
        let Some(Request { body, close, gzip }) = read_request(&mut reader) else {
            return;
        };
        seen.body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if let Some(Fault::Hold(time)) = fault {
            thread::sleep(time);
            service.done(seen);
            return;
        }
        let mut answer = match fault {
            Some(Fault::Status(status, message)) => error(&seen, status, message),
            Some(Fault::Later(status, seconds, message)) => {
                let mut answer = error(&seen, status, message);
                answer.headers.push(("Retry-After", seconds.to_string()));
                answer
            }
            _ => service.answer(&seen),
        };
        // As the services' own compression does, by its default threshold, through the proxy.
        if gzip
            && answer.body.len() >= 1024
            && answer.headers.iter().all(|(name, _)| *name != ENCODING)
        {
            answer.body = self::gzip(&answer.body);
            answer.headers.push((ENCODING, "gzip".to_owned()));
        }
        if matches!(fault, Some(Fault::LostAnswer)) {
            service.done(seen);
            return;
        }
        seen.status = answer.status;
        service.done(seen);
        if matches!(fault, Some(Fault::HalfJson)) {
            answer.body.truncate(answer.body.len() / 2);
        }
        let length = answer.body.len();
        if matches!(fault, Some(Fault::Truncated)) {
            answer.body.truncate(length / 2);
        }
        let mut head = format!("HTTP/1.1 {} Status\r\nContent-Length: {length}\r\n", answer.status);
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&answer.body);
        let mut writer = stream;
        let cut = matches!(fault, Some(Fault::Truncated));
        if writer.write_all(&bytes).is_err() || close || cut {
            return;
        }
    }
}

/// Method and path of the next request, left unread in the socket.
fn peek_first_line(stream: &TcpStream) -> Option<(String, String)> {
    let mut buffer = vec![0; 65536];
    loop {
        let length = stream.peek(&mut buffer).ok().filter(|&length| length > 0)?;
        let text = String::from_utf8_lossy(&buffer[..length]);
        if let Some((line, _)) = text.split_once("\r\n") {
            let mut words = line.split(' ');
            return Some((words.next()?.to_owned(), words.next()?.to_owned()));
        }
        thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// The header that tells that a body is compressed.
const ENCODING: &str = "Content-Encoding";

struct Request {
    body: Vec<u8>,
    /// Whether the client wants the connection closed.
    close: bool,
    /// Whether the client takes compressed answers.
    gzip: bool,
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let (mut length, mut close, mut gzip) = (0, false, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        close |= line == "connection: close";
        gzip |= line.starts_with("accept-encoding:") && line.contains("gzip");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { body, close, gzip })
}

/// The bytes in a gzip envelope, stored: the storage serves every artifact so.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut chunks = bytes.chunks(0xffff).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).expect("a chunk fits");
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    let mut crc = !0_u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    out.extend((!crc).to_le_bytes());
    out.extend(u32::try_from(bytes.len()).expect("a small artifact").to_le_bytes());
    out
}
