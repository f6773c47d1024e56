//! `contexts`: the built-in contexts.

use super::{Exit, Format, Output};
use crate::error::{Error, Result};
use crate::jsone::families::{self, Family};
use crate::template::value;
use serde_json::json;

/// Lists all contexts or a family's, or prints one.
pub fn run(name: Option<&str>, output: &Output) -> Result<Exit> {
    if let Some(context) = name.and_then(families::find) {
        match output.format {
            Format::Json => output.json(&context.value()),
            Format::Human => output.result(&value::write(&context.value())),
        }
        return Ok(Exit::Success);
    }
    let wanted = |family: &&Family| name.is_none_or(|name| name == family.name);
    let families: Vec<&Family> = families::all().iter().filter(wanted).collect();
    if families.is_empty() {
        return Err(Error::new(format!(
            "there is no built-in context {}",
            name.unwrap_or_default()
        ))
        .help("`tc-retrigger contexts` lists them"));
    }
    let names = |family: &Family| -> Vec<String> {
        family.contexts.iter().map(|context| context.name.clone()).collect()
    };
    if output.format == Format::Json {
        let listed: Vec<_> = families
            .iter()
            .map(|family| json!({"name": family.name, "about": family.about, "contexts": names(family)}))
            .collect();
        output.json(&json!({"command": "contexts", "families": listed}));
        return Ok(Exit::Success);
    }
    for family in families {
        output.result(&format!("{} ({}): {}\n", family.name, family.contexts.len(), family.about));
        for name in names(family) {
            output.result(&format!("  {name}\n"));
        }
    }
    Ok(Exit::Success)
}
