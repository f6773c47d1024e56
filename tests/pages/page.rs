//! A page in Markdown, as far as the tests ask about it.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::ops::Range;

/// A page, taken apart.
#[derive(Debug, Default)]
pub struct Page {
    /// The blocks between fences, and those that are indented.
    pub blocks: Vec<Block>,
    /// What stands in backticks in a line.
    pub spans: Vec<Told>,
    /// Where links and images go.
    pub links: Vec<Told>,
    /// The words that stand for each image.
    pub images: Vec<Told>,
    /// The anchors of its headings, as GitHub names them.
    pub anchors: Vec<String>,
    /// HTML, which nobody here reads.
    pub html: Vec<Told>,
}

/// Something, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub line: usize,
    pub text: String,
}

/// A block of code.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence.
    pub line: usize,
    /// The language that its fence names, without what stands behind a comma; empty where it names none.
    pub language: String,
    /// Whether its fence says `ignore` behind the language.
    pub is_ignored: bool,
    pub text: String,
}

impl Block {
    /// The command lines: of `console`, those behind a prompt, else all; each in one piece.
    pub fn commands(&self) -> Vec<String> {
        let text = self.text.replace("\\\n", " ");
        let is_transcript = self.language == "console";
        let lines = text.lines().filter_map(|line| match is_transcript {
            true => line.strip_prefix("$ "),
            false => Some(line).filter(|line| !line.trim().is_empty() && !line.starts_with('#')),
        });
        lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }
}

/// Takes a page apart.
pub fn parse(text: &str) -> Page {
    let mut page = Page::default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut block, mut heading, mut image) = (None, None::<String>, None::<String>);
    let told = |at: &Range<usize>, what: &str| Told {
        line: text[..at.start].matches('\n').count() + 1,
        text: what.to_owned(),
    };
    for (event, at) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let mut words = info.split(',').map(str::trim);
                let language = words.next().unwrap_or_default().to_owned();
                let is_ignored = words.any(|word| word == "ignore");
                let line = told(&at, "").line;
                block = Some(Block { line, language, is_ignored, text: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let before = seen.entry(slug.clone()).and_modify(|count| *count += 1).or_insert(0);
                page.anchors.push(match before {
                    0 => slug,
                    count => format!("{slug}-{count}"),
                });
            }
            Event::Start(Tag::Link { dest_url, .. }) => page.links.push(told(&at, &dest_url)),
            Event::Start(Tag::Image { dest_url, .. }) => {
                page.links.push(told(&at, &dest_url));
                image = Some(String::new());
            }
            Event::End(TagEnd::Image) => {
                page.images.push(told(&at, &image.take().unwrap_or_default()));
            }
            Event::Html(html) | Event::InlineHtml(html) => page.html.push(told(&at, &html)),
            Event::Code(code) => {
                page.spans.push(told(&at, &code));
                [&mut heading, &mut image].into_iter().flatten().for_each(|on| on.push_str(&code));
            }
            Event::Text(words) => match &mut block {
                Some(block) => block.text.push_str(&words),
                None => [&mut heading, &mut image]
                    .into_iter()
                    .flatten()
                    .for_each(|on| on.push_str(&words)),
            },
            Event::SoftBreak => {
                [&mut heading, &mut image].into_iter().flatten().for_each(|on| on.push(' '));
            }
            _ => {}
        }
    }
    page
}

/// The anchor of a heading, as GitHub makes it (lib/html/pipeline/toc_filter.rb of html-pipeline): lower
/// case, neither punctuation nor anything but letters, digits, `_`, `-` and spaces, which become `-`.
pub fn slug(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let kept = lower.chars().filter(|c| c.is_alphanumeric() || "_- ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
