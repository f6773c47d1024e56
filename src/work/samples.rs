//! The contexts that a template is sampled with.

use crate::coverage::Study;
use crate::jsone::{Context, Memory, Renderer, families};
use crate::patch::faults;
use crate::patch::{self, retrigger};
use crate::template::Template;
use serde_json::Value;

/// The contexts that templates are sampled with.
pub(super) struct Samples<'o> {
    own: &'o [Context],
    derived: Vec<Context>,
    /// The conditions that the derived ones are for, where they are one template's.
    pub(super) study: Option<Study>,
}

impl Samples<'_> {
    /// All of them: the built-in ones, the caller's, the derived ones.
    pub(super) fn all(&self) -> Vec<&Context> {
        let own = self.own.iter().chain(&self.derived);
        families::contexts().map(|context| context as &Context).chain(own).collect()
    }
}

/// The contexts to sample these templates with; `own` are the caller's.
pub(super) fn samples<'o>(templates: &[&Template], own: &'o [Context]) -> Samples<'o> {
    // A template's own conditions are those without the fast path. The plan will say what is wrong with
    // one that cannot be taken out.
    let before = |template: &&Template| {
        patch::revert(template).unwrap_or_else(|_| Template::clone(template))
    };
    samples_without(&templates.iter().map(before).collect::<Vec<_>>(), own)
}

/// As [`samples`], for templates of which every fast path has been taken out.
pub(super) fn samples_without<'o>(templates: &[Template], own: &'o [Context]) -> Samples<'o> {
    let (mut derived, mut studied): (Vec<Context>, _) = (Vec::new(), None);
    for before in templates {
        // Nothing of one without hooks is asked, whatever its conditions are.
        if templates.len() == 1 && before.action_task().is_none() {
            continue;
        }
        let study = Study::of(before);
        let derived_here = study.contexts(&retrigger::needs_no_clone);
        for context in derived_here.into_iter().chain(completed(before.value())) {
            if derived.iter().all(|known| known.name != context.name) {
                derived.push(context);
            }
        }
        studied = Some(study);
    }
    Samples { own, derived, study: studied.filter(|_| templates.len() == 1) }
}

/// The built-in retriggers with the fields of `parameters` that a template reads, where it raises for
/// want of them.
fn completed(document: &Value) -> Vec<Context> {
    let fields = faults::parameters_read(document);
    if fields.is_empty() {
        return Vec::new();
    }
    let renderer = Renderer::of_value(document);
    let mut memory = Memory::default();
    let mut raises = |context: &Context| renderer.render_with(&mut memory, context).is_err();
    let retriggers = families::contexts().filter(|context| retrigger::needs_no_clone(context));
    let raised: Vec<_> = retriggers.filter(|context| raises(context)).collect();
    let completed = raised.into_iter().map(|context| context.completed(&fields));
    completed.filter(|context| !raises(context)).collect()
}
