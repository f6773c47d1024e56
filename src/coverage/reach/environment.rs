//! The environment: what the names mean at a place of a template, in abstract values.

use crate::coverage::compared::{self, Case};
use crate::coverage::engine::Engine;
use crate::coverage::reach::value::{AbstractValue, BranchOutcomes};
use crate::jsone::uses::{self, Chain, is_built_in};
use crate::jsone::{Context, expr, render_value};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An environment: it stands for all contexts that agree with it.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// What chains lead to: a name, or `event.ref`. One that is not here leads to anything.
    values: BTreeMap<Chain, AbstractValue>,
    /// Conditions that were decided on the way here, as [`Environment::canonical`] writes them.
    decided: BTreeMap<String, bool>,
    /// The names that may be bound here.
    names: BTreeSet<String>,
    /// The chains that always lead to a string.
    strings: Arc<BTreeSet<Chain>>,
    /// A `$let` may have bound names that cannot be told.
    is_open: bool,
}

impl Environment {
    /// The environment at the start of a render: of an event by its `tasks_for`, with the names and
    /// the kinds of value that its contexts have, and the names in `added`.
    pub fn of_event(tasks_for: &str, contexts: &[Context], added: Vec<String>) -> Environment {
        let mut names: BTreeSet<String> = added.into_iter().collect();
        let (mut strings, mut others) = (BTreeSet::new(), BTreeSet::new());
        for context in contexts {
            let value = context.value();
            names.extend(value.as_object().into_iter().flat_map(Map::keys).cloned());
            kinds(&value, &mut Vec::new(), &mut strings, &mut others);
        }
        let strings = Arc::new(&strings - &others);
        let case = Case::from(tasks_for);
        let mut values =
            BTreeMap::from([(vec!["tasks_for".to_owned()], AbstractValue::OneOf(vec![case]))]);
        // "The full git ref that was pushed. Example: refs/heads/main or refs/tags/v3.14.1", says
        // GitHub of its push event (https://docs.github.com/en/webhooks/webhook-events-and-payloads#push).
        let git_ref = vec!["event".to_owned(), "ref".to_owned()];
        if strings.contains(&git_ref) {
            let starts = ["refs/heads/", "refs/tags/"].map(|s| Case::StartsWith(s.to_owned()));
            values.insert(git_ref, AbstractValue::OneOf(starts.to_vec()));
        }
        Environment { values, names, strings, ..Environment::default() }
    }

    /// The outcomes of an expression that joins no conditions.
    pub fn outcomes(&self, text: &str, engine: &mut Engine) -> BranchOutcomes {
        if uses::asks_defined(text) {
            return BranchOutcomes::BOTH;
        }
        // An inner `&&` may leave out a name, and a key of `{key: value}` is none.
        let evaluates_all = !["&&", "||", "{"].iter().any(|sign| text.contains(sign));
        let is_unbound = |chain: &Chain| !self.names.contains(&chain[0]) && !is_built_in(&chain[0]);
        if evaluates_all && !self.is_open && engine.chains(text).iter().any(is_unbound) {
            return BranchOutcomes::default();
        }
        let text = self.canonical(text);
        if let Some(&truth) = self.decided.get(&text) {
            return BranchOutcomes::of(Some(truth));
        }
        let outcomes = match read(&engine.chains(&text)).as_slice() {
            [] => Some(BranchOutcomes::of(engine.truth(&text, Map::new()))),
            &[chain] => self.known(chain).map(|(at, cases)| {
                cases.iter().map(|case| case.outcomes(&text, chain, at, engine)).collect()
            }),
            _ => None,
        };
        outcomes.unwrap_or(BranchOutcomes::BOTH)
    }

    /// The environment behind such an expression where it came out like this.
    pub fn behind(&self, text: &str, truth: bool, engine: &mut Engine) -> Environment {
        let mut behind = self.clone();
        let text = self.canonical(text);
        if let &[chain] = read(&engine.chains(&text)).as_slice() {
            let says = compared::says(&text, truth).map(|(_, cases)| cases);
            let (at, value) = match self.known(chain) {
                None => (chain, says.map_or(AbstractValue::Any, AbstractValue::one_of)),
                Some((at, cases)) => {
                    let says = says.filter(|_| at == chain).unwrap_or_default();
                    let allowed = cases
                        .iter()
                        .filter(|case| case.outcomes(&text, chain, at, engine).can_be(truth));
                    (at, AbstractValue::one_of(allowed.flat_map(|case| case.narrowed(&says))))
                }
            };
            behind.values.insert(at.clone(), value);
        }
        behind.decided.insert(text, truth);
        behind
    }

    /// The environment where it is one or the other.
    pub fn join(mut self, other: Environment) -> Environment {
        let values = std::mem::take(&mut self.values).into_iter();
        self.values = values
            .filter_map(|(chain, value)| {
                let joined = value.join(other.values.get(&chain)?.clone());
                (joined != AbstractValue::Any).then_some((chain, joined))
            })
            .collect();
        self.decided.retain(|text, truth| other.decided.get(text) == Some(truth));
        self.names.extend(other.names);
        self.is_open |= other.is_open;
        self
    }

    /// The environment inside of what binds these names.
    pub fn binding(&self, bound: impl IntoIterator<Item = (String, AbstractValue)>) -> Environment {
        let bound: BTreeMap<String, AbstractValue> = bound.into_iter().collect();
        let mut inside = self.clone();
        let is_bound = |chain: &Chain| bound.contains_key(&chain[0]);
        let is_about = |value: &AbstractValue| matches!(value, AbstractValue::SameAs(chain) if is_bound(chain));
        inside.values.retain(|chain, value| !is_bound(chain) && !is_about(value));
        inside.decided.retain(|text, _| !uses::chains(text).iter().any(is_bound));
        inside.names.extend(bound.keys().cloned());
        // What is itself bound anew is the same as nothing outside.
        for (name, value) in bound.iter().filter(|(_, value)| !is_about(value)) {
            inside.values.insert(vec![name.clone()], value.clone());
        }
        inside
    }

    /// The environment inside of what binds names that cannot be told.
    pub fn open() -> Environment {
        Environment { is_open: true, ..Environment::default() }
    }

    /// The value that a template renders to.
    pub fn rendered(&self, template: &Value) -> AbstractValue {
        self.cases_of(template).map_or(AbstractValue::Any, AbstractValue::one_of)
    }

    fn cases_of(&self, template: &Value) -> Option<Vec<Case>> {
        let (text, chains) = (template.to_string(), uses::chains_in(template));
        let contexts = match read(&chains).as_slice() {
            // `$fromNow` reads the time, but no name.
            _ if uses::asks_defined(&text) || text.contains("$fromNow") => return None,
            [] => vec![Map::new()],
            [chain] => {
                let (at, cases) = self.known(chain)?;
                cases.iter().map(|case| case.names(at)).collect::<Option<_>>()?
            }
            _ => return None,
        };
        let mut cases = Vec::new();
        for names in contexts {
            // In a list, nothing is no item. Where it raises, nothing follows.
            if let Ok(list) = render_value(&json!([template]), &Value::Object(names)) {
                cases.push(Case::Is(list.get(0)?.clone()));
            }
        }
        Some(cases)
    }

    /// The chain that a chain is the same as; itself, mostly.
    pub fn origin(&self, chain: &Chain) -> Chain {
        match self.values.get(&chain[..1]) {
            Some(AbstractValue::SameAs(origin)) => {
                origin.iter().chain(&chain[1..]).cloned().collect()
            }
            _ => chain.clone(),
        }
    }

    /// Whether what a chain leads to always is a string.
    pub fn is_string(&self, origin: &Chain) -> bool {
        self.strings.contains(origin)
    }

    /// The expression with each chain as its origin, always written the same way. All else stays:
    /// the engine is particular about spaces.
    fn canonical(&self, text: &str) -> String {
        let (tokens, _) = expr::tokens(text);
        let (mut out, mut done, mut at) = (String::new(), 0, 0);
        while at < tokens.len() {
            let Some((chain, end)) = uses::chain_at(text, &tokens, at) else {
                at += 1;
                continue;
            };
            let chain = self.origin(&chain);
            out.push_str(&text[done..tokens[at].span.start]);
            out.push_str(&chain[0]);
            for key in &chain[1..] {
                // JSON-e's strings know no escapes.
                let quote = if key.contains('"') { '\'' } else { '"' };
                out.push_str(&format!("[{quote}{key}{quote}]"));
            }
            (done, at) = (tokens[end - 1].span.end, end);
        }
        out.push_str(&text[done..]);
        out
    }

    /// The cases of what a chain leads to, or of what is around that, and where they are.
    fn known(&self, chain: &Chain) -> Option<(&Chain, &Vec<Case>)> {
        let mut around = (1..=chain.len()).rev();
        around.find_map(|len| match self.values.get_key_value(&chain[..len])? {
            (at, AbstractValue::OneOf(cases)) => Some((at, cases)),
            _ => None,
        })
    }
}

/// Those of some chains that lead to one thing here and to another there.
fn read(chains: &[Chain]) -> Vec<&Chain> {
    chains.iter().filter(|chain| !is_constant(&chain[0])).collect()
}

/// Whether a name means the same in all contexts: the engine's own, but for what hangs on the time
/// or is drawn anew for each render.
fn is_constant(name: &str) -> bool {
    is_built_in(name) && !matches!(name, "now" | "fromNow" | "as_slugid")
}

/// Where in a context there are strings, and where anything else.
fn kinds(
    value: &Value,
    at: &mut Chain,
    strings: &mut BTreeSet<Chain>,
    others: &mut BTreeSet<Chain>,
) {
    match value {
        Value::String(_) => drop(strings.insert(at.clone())),
        Value::Object(map) => {
            for (key, value) in map {
                at.push(key.clone());
                kinds(value, at, strings, others);
                at.pop();
            }
        }
        _ => drop(others.insert(at.clone())),
    }
}
