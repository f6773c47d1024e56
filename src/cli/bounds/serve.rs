//! The worker: reads templates from standard input, and writes there what came of the work on each.

use super::guard::{self, Watched};
use super::wire::{self, Orders, Reply, Request};
use crate::cli::output::Exit;
use crate::error::Error;
use crate::report::unified_diff;
use crate::work::{self, Options};
use std::io::{self, BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;

/// Serves until nobody asks any more, or the work on a template was too much.
///
/// Errs where its parent is not there, or is not this program.
pub fn serve() -> io::Result<()> {
    let mut requests = BufReader::new(io::stdin().lock());
    let mut replies = BufWriter::new(io::stdout().lock());
    let Some(Orders { options, limits }) = wire::receive(&mut requests)? else { return Ok(()) };
    let (options, watched) = (Arc::new(options), Watched::new(limits));
    while let Some(request) = wire::asked(&mut requests)? {
        guard::forget();
        guard::note(Path::new(""), &request.content);
        let options = Arc::clone(&options);
        let reply = match watched.run(move || work(request, &options)) {
            Ok(Some(reply)) => reply,
            // A fault of this program in one file leaves the others.
            Ok(None) => Reply::Failed(Error::new(
                "the work on this file met a bug of this program, told above",
            )),
            Err(error) => {
                wire::send(&mut replies, &Reply::Stopped(error))?;
                return Ok(());
            }
        };
        wire::send(&mut replies, &reply)?;
    }
    Ok(())
}

/// Does the work on one template.
pub(super) fn work(request: Request, options: &Options) -> Reply {
    let Request { job, content, name } = request;
    let done = match work::on(&*content, job, options) {
        Ok(done) => Box::new(done),
        Err(error) => return Reply::Failed(error),
    };
    // What is not proved goes nowhere.
    let is_kept = Exit::of(job, &done.finding) == Exit::Success;
    let diff = name.zip(done.text.as_deref()).filter(|_| is_kept).and_then(|(name, new)| {
        unified_diff(Path::new(&name), Some(&String::from_utf8_lossy(&content)), Some(new))
    });
    Reply::Done { done, diff }
}
