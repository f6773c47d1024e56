//! Real templates, as they are and patched, spread over the built-in contexts.

use serde_json::json;
use tc_retrigger::jsone::{Context, Renderer, families};
use tc_retrigger::patch::{Patch, Recipe};
use tc_retrigger::template::{Template, Text};

use super::driver::{Engine, Language, Python, agree};
use super::files::File;

/// The same file with the fast path in it, where it can be patched.
pub fn patched(file: &File) -> Option<File> {
    let template = Template::parse(Text::new(&*file.text)).ok()?;
    let patch = Patch::plan(&template, &Recipe::built_in(), families::contexts()).ok()?;
    let text = patch.after.text().as_str().to_owned();
    (!patch.sites.is_empty()).then(|| File { name: format!("{} (patched)", file.name), text })
}

/// What one engine did.
pub struct Tally {
    /// Which one.
    pub language: Language,
    /// How often it rendered.
    pub renders: usize,
    /// How many of those raised in both.
    pub raised: usize,
    /// Where it does not do what this library does: file, context, both outcomes.
    pub disagreements: Vec<String>,
}

/// Renders each of `files` with as many contexts as make `number` renders an engine, all of them
/// for none, and compares with this library. `engines` have the contexts already.
pub fn run(engines: &mut [Engine; 2], files: &[File], number: Option<usize>) -> [Tally; 2] {
    let contexts: Vec<&Context> = families::contexts().collect();
    let mut tallies = engines.each_ref().map(|engine| Tally {
        language: engine.language,
        renders: 0,
        raised: 0,
        disagreements: Vec::new(),
    });
    let mut done = 0;
    for (at, file) in files.iter().enumerate() {
        let wanted = number.map_or(contexts.len(), |number| {
            (number - done).div_ceil(files.len() - at).min(contexts.len())
        });
        // The step makes every context's turn come, and neighbours come from far apart.
        let chosen: Vec<usize> = (0..wanted)
            .map(|n| (at * 31 + n * contexts.len() / wanted.max(1)) % contexts.len())
            .collect();
        let read = Template::parse(Text::new(&*file.text));
        let request = json!({"template": "file", "text": file.text});
        engines.iter_mut().for_each(|engine| engine.ask(&request));
        let mut readers = Vec::new();
        for (engine, tally) in engines.iter_mut().zip(&mut tallies) {
            let refusal = engine.answer()["error"].as_str().map(str::to_owned);
            match (&read, refusal) {
                (Ok(_), None) => readers.push((engine, tally)),
                // What PyYAML refuses, production never renders, whatever js-yaml says.
                (Err(_), None) if engine.language != Python => {}
                (Err(_), Some(_)) => {}
                (read, refusal) => tally.disagreements.push(format!(
                    "{}: read: {:?}, engine: {refusal:?}",
                    file.name,
                    read.as_ref().err().map(ToString::to_string)
                )),
            }
        }
        let Ok(template) = read else { continue };
        done += wanted;
        readers.iter_mut().for_each(|(engine, _)| engine.render("file", &chosen));
        let renderer = Renderer::new(&template);
        let own: Vec<_> = chosen.iter().map(|&slot| renderer.render(contexts[slot])).collect();
        for (engine, tally) in &mut readers {
            for ((&slot, own), theirs) in chosen.iter().zip(&own).zip(engine.rendered()) {
                tally.renders += 1;
                tally.raised += usize::from(own.is_err() && theirs.is_err());
                if !agree(own, &theirs) {
                    let context = &contexts[slot].name;
                    tally.disagreements.push(format!(
                        "{} in {context}:\n  own    {}\n  {:?} {}",
                        file.name,
                        shown(own),
                        engine.language,
                        shown(&theirs)
                    ));
                }
            }
        }
    }
    tallies
}

fn shown(outcome: &Result<serde_json::Value, String>) -> String {
    let text = outcome.as_ref().map_or_else(|err| format!("raises {err}"), ToString::to_string);
    text.chars().take(2000).collect()
}
