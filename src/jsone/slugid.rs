//! `as_slugid("label")`, which the GitHub service and build-decision offer to templates.
//!
//! The Rust engine takes no functions, so the call is replaced before rendering: by the id
//! itself where the label is a literal, by a mark that is replaced in the rendered task where it
//! is computed. Old and new template are treated alike, and a label gives the same id everywhere.

use crate::jsone::expr::{self, Token};
use crate::jsone::walk;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Encloses a computed label in a rendered string. JSON-e templates never hold control
/// characters: YAML does not allow them.
const MARK: char = '\u{1}';

/// An id made from a name: always the same for the same name, in the form that the queue wants
/// (`schemas/v1/…constants.yml`: a version 4 UUID in URL-safe base64, first bit 0).
pub fn slugid(name: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(name.as_bytes());
    let mut uuid = [0u8; 16];
    uuid.copy_from_slice(&digest[..16]);
    uuid[0] &= 0x7f;
    uuid[6] = uuid[6] & 0x0f | 0x40;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let bits = u128::from_be_bytes(uuid);
    (0..22)
        .map(|at| {
            let sextet = if at < 21 { bits >> (122 - 6 * at) } else { bits << 4 };
            char::from(ALPHABET[(sextet & 0x3f) as usize])
        })
        .collect()
}

/// The template with each call of `as_slugid` replaced.
pub fn replace_calls(template: &Value) -> Value {
    walk::rewrite(template, &mut |_, _, text| replace_in(text))
}

/// The rendered value with the marks of computed labels replaced by their ids.
pub fn replace_marks(rendered: &mut Value) {
    match rendered {
        Value::String(text) if text.contains(MARK) => *text = replace_marks_in(text),
        Value::Array(items) => items.iter_mut().for_each(replace_marks),
        Value::Object(map) => {
            let marked: Vec<String> =
                map.keys().filter(|key| key.contains(MARK)).cloned().collect();
            for key in marked {
                if let Some(value) = map.remove(&key) {
                    map.insert(replace_marks_in(&key), value);
                }
            }
            map.values_mut().for_each(replace_marks);
        }
        _ => {}
    }
}

fn replace_in(text: &str) -> Option<String> {
    if !text.contains("as_slugid") {
        return None;
    }
    let (tokens, _) = expr::tokens(text);
    replace_between(text, &tokens, 0, text.len())
}

/// The part `from..to` of `text` with its calls replaced; none where there is no call.
fn replace_between(text: &str, tokens: &[Token], from: usize, to: usize) -> Option<String> {
    let (mut out, mut done) = (String::new(), from);
    let mut at = 0;
    while at + 1 < tokens.len() {
        let (name, open) = (&tokens[at], &tokens[at + 1]);
        let behind_dot = at > 0 && tokens[at - 1].text(text) == ".";
        let is_call = name.text(text) == "as_slugid" && open.text(text) == "(" && !behind_dot;
        let close = is_call.then(|| expr::closing(text, tokens, at + 1)).flatten();
        let Some(close) = close else {
            at += 1;
            continue;
        };
        out.push_str(&text[done..name.span.start]);
        let arguments = &tokens[at + 2..close];
        match arguments {
            [label] if label.string(text).is_some() => {
                out.push_str(&format!("\"{}\"", slugid(label.string(text).unwrap_or_default())));
            }
            _ => {
                let (from, to) = (open.span.end, tokens[close].span.start);
                let inner = replace_between(text, arguments, from, to);
                let inner = inner.as_deref().unwrap_or(&text[from..to]);
                out.push_str(&format!("(\"{MARK}\" + ({inner}) + \"{MARK}\")"));
            }
        }
        done = tokens[close].span.end;
        at = close + 1;
    }
    (done > from).then(|| {
        out.push_str(&text[done..to]);
        out
    })
}

fn replace_marks_in(text: &str) -> String {
    let parts = text.split(MARK).enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { slugid(part) } else { part.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn calls_are_replaced_outside_of_quotes_only() {
        let d = slugid("d");
        let cases = [
            ("as_slugid(\"d\")", Some(format!("\"{d}\""))),
            ("a + as_slugid( 'd' ) + b", Some(format!("a + \"{d}\" + b"))),
            ("as_slugid(x)", Some("(\"\u{1}\" + (x) + \"\u{1}\")".to_owned())),
            ("f(as_slugid(g(')')))", Some("f((\"\u{1}\" + (g(')')) + \"\u{1}\"))".to_owned())),
            ("'as_slugid(1)'", None),
            ("a.as_slugid('d')", None),
            ("as_slugids('d')", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(replace_in(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_computed_label_gives_the_literal_labels_id() {
        let mut rendered = json!({"a\u{1}d\u{1}": ["x\u{1}d\u{1}y"]});
        replace_marks(&mut rendered);
        let d = slugid("d");
        assert_eq!(rendered, json!({format!("a{d}"): [format!("x{d}y")]}));
    }

    #[test]
    fn slugids_have_the_queues_form() {
        for n in 0..200 {
            let id: Vec<char> = slugid(&n.to_string()).chars().collect();
            assert_eq!(id.len(), 22);
            assert!("QRST".contains(id[8]) && "CGKOSWaeimquy26-".contains(id[10]), "{id:?}");
            assert!("AQgw".contains(id[21]), "{id:?}");
        }
    }
}
