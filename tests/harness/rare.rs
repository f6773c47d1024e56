//! Conditions that the tool's own samples are unlikely to meet, and the contexts that meet them and
//! do not, in all combinations.

use serde_json::{Value, json};
use tc_retrigger::jsone::{Context, families};

/// A condition that is false in all contexts but those that [`contexts`] makes it true in.
pub struct Rare {
    /// The condition, which raises nowhere.
    pub condition: &'static str,
    /// Where in a context it is decided.
    place: &'static str,
    /// What makes it true there, as JSON.
    value: &'static str,
}

const fn rare(condition: &'static str, place: &'static str, value: &'static str) -> Rare {
    Rare { condition, place, value }
}

/// The condition that is true where the user's input has a field `deep`, which is a mapping.
pub const DEEP: usize = 0;

/// The conditions.
pub const RARE: [Rare; 8] = [
    rare(
        "defined('input') && typeof(input) == 'object' && 'deep' in input",
        "/input/deep",
        r#"{"payload": {"cache": {"a": "/b"}}, "scopes": ["deep"]}"#,
    ),
    rare("ownTaskId[3:4] == 'Q'", "/ownTaskId", r#""abcQefghTASKxyzabcdefg""#),
    rare("defined('push') && push.owner == 'zed'", "/push/owner", r#""zed""#),
    rare("defined('repository') && repository.project == 'zed'", "/repository/project", r#""zed""#),
    rare("defined('clientId') && clientId[-3:] == 'zed'", "/clientId", r#""who/zed""#),
    rare("now[:4] == '2031'", "/now", r#""2031-01-01T00:00:00.000Z""#),
    rare("defined('taskGroupId') && taskGroupId == 'zed'", "/taskGroupId", r#""zed""#),
    rare("defined('action') && action.symbol == 'zed'", "/action/symbol", r#""zed""#),
];

/// Contexts that differ in which of [`RARE`] are true.
pub struct Contexts {
    /// All: for each base, one for each combination.
    pub all: Vec<Context>,
    /// Whether that base is a retrigger that needs no clone.
    retriggers: Vec<bool>,
}

impl Contexts {
    /// Makes them.
    pub fn new() -> Contexts {
        let (bases, retriggers): (Vec<_>, Vec<_>) = bases().into_iter().unzip();
        let all = bases.iter().flat_map(|(name, base)| {
            (0..1 << RARE.len()).map(move |mask| {
                let mut value = base.clone();
                for (bit, rare) in RARE.iter().enumerate() {
                    if mask & (1 << bit) != 0 {
                        set(&mut value, rare);
                    }
                }
                Context::new(format!("{name} {mask:08b}"), value).expect("a mapping")
            })
        });
        Contexts { all: all.collect(), retriggers }
    }

    /// The positions of those in which the conditions of `used` (a bit for each) are true or false
    /// in all combinations, and all others false.
    pub fn of(&self, used: usize) -> Vec<usize> {
        let masks: Vec<usize> = (0..1 << RARE.len()).filter(|mask| mask & !used == 0).collect();
        let bases = 0..self.retriggers.len();
        bases.flat_map(|base| masks.iter().map(move |mask| (base << RARE.len()) + mask)).collect()
    }

    /// Whether all conditions are false in the context at a position.
    pub fn is_common(&self, slot: usize) -> bool {
        slot.is_multiple_of(1 << RARE.len())
    }

    /// Whether the context at a position is a retrigger that needs no clone.
    pub fn is_retrigger(&self, slot: usize) -> bool {
        self.retriggers[slot >> RARE.len()]
    }
}

/// Where the context has something that the condition asks about.
fn set(context: &mut Value, rare: &Rare) {
    let value = serde_json::from_str(rare.value).expect("JSON");
    let (around, key) = rare.place.rsplit_once('/').expect("a pointer");
    if let Some(Value::Object(map)) = context.pointer_mut(around) {
        // No push has a client: what is not there already is for actions only.
        if map.contains_key(key) || map.contains_key("cb_name") || key == "now" || key == "deep" {
            map.insert(key.to_owned(), value);
        }
    }
}

/// One context for each way that the guard may go, with its name, and whether it is a retrigger
/// that needs no clone: said here by hand, not asked of what is tested.
fn bases() -> Vec<((String, Value), bool)> {
    let first = |family: &str| {
        let mut families = families::all().iter();
        let family = families.find(|known| known.name == family).expect("a family");
        family.contexts.first().expect("it has contexts").value()
    };
    let named = |name: &str, value: Value| (name.to_owned(), value);
    let mut bases: Vec<_> = ["hg-push", "cron", "git-push", "github-push", "github-pull-request"]
        .iter()
        .map(|family| (named(family, first(family)), false))
        .collect();
    let actions = [
        ("action", "retrigger", "generic", json!({"times": 2}), true),
        ("action", "retrigger-multiple", "generic", json!({"downstream": false}), true),
        ("action", "retrigger-decision", "retrigger-decision", json!({}), true),
        ("action", "retrigger", "generic", Value::Null, true),
        ("pr-action", "retrigger", "generic", json!({}), true),
        ("action", "retrigger", "generic", json!({"downstream": true}), false),
        ("action", "retrigger", "other", json!({}), false),
        ("pr-action", "backfill", "generic", json!({}), false),
    ];
    for (tasks_for, callback, permission, input, is_retrigger) in actions {
        let mut value = first(tasks_for);
        let name = format!("{tasks_for} {callback} {permission} {input}");
        value["action"]["cb_name"] = callback.into();
        value["action"]["action_perm"] = permission.into();
        value["input"] = input;
        bases.push((named(&name, value), is_retrigger));
    }
    bases
}
