//! What the queue asks of its caller's scopes (`createTask` and `rerunTask` in its api.js), and how the
//! services' libraries word that they do not suffice (auth.js of libraries/api).

use serde_json::{Value, json};

/// Tasks of a priority may be created by whoever may create those of a higher one.
const PRIORITIES: [&str; 7] =
    ["highest", "very-high", "high", "medium", "low", "very-low", "lowest"];

/// The scope expression for creating a task.
pub fn to_create(task: &Value) -> Value {
    let text = |key: &str| task[key].as_str().unwrap_or_default();
    let list = |key: &str| task[key].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut all: Vec<Value> = list("scopes").map(|scope| json!(scope)).collect();
    all.extend(list("routes").map(|route| json!(format!("queue:route:{route}"))));
    all.push(json!(format!("queue:create-task:project:{}", text("projectId"))));
    all.push(json!(format!("queue:scheduler-id:{}", text("schedulerId"))));
    let own = PRIORITIES.iter().position(|known| *known == text("priority")).unwrap_or_default();
    let pool = format!("{}/{}", text("provisionerId"), text("workerType"));
    let any = PRIORITIES[..=own].iter().map(|known| format!("queue:create-task:{known}:{pool}"));
    all.push(json!({"AnyOf": any.collect::<Vec<_>>()}));
    json!({"AllOf": all})
}

/// The scope expression for rerunning the task `id`.
pub fn to_rerun(id: &str, task: &Value) -> Value {
    let text = |key: &str| task[key].as_str().unwrap_or_default();
    let group = format!("{}/{}", text("schedulerId"), text("taskGroupId"));
    json!({"AnyOf": [
        format!("queue:rerun-task:{group}/{id}"),
        format!("queue:rerun-task-in-project:{}", text("projectId")),
        {"AllOf": ["queue:rerun-task", format!("assume:scheduler-id:{group}")]},
    ]})
}

/// The words of the 403 for a caller with the scopes `own`; none where they suffice.
pub fn lacking(own: &[String], required: &Value) -> Option<String> {
    let pretty = |value: &Value| match value {
        Value::String(scope) => scope.clone(),
        other => serde_json::to_string_pretty(other).expect("JSON"),
    };
    let unsatisfied = remaining(own, required)?;
    Some(format!(
        "Client ID task-client/x does not have sufficient scopes and is missing the following \
         scopes:\n\n```\n{}\n```\n\nThis request requires the client to satisfy the following scope \
         expression:\n\n```\n{}\n```",
        pretty(&unsatisfied),
        pretty(required)
    ))
}

/// What of an expression is not satisfied; none where all is.
fn remaining(own: &[String], expression: &Value) -> Option<Value> {
    let rests = |items: &Value| -> Vec<Option<Value>> {
        items.as_array().into_iter().flatten().map(|item| remaining(own, item)).collect()
    };
    let one_or = |key: &str, mut rests: Vec<Value>| match rests.len() {
        1 => rests.remove(0),
        _ => json!({key: rests}),
    };
    match expression {
        Value::String(scope) => (!satisfies(own, scope)).then(|| expression.clone()),
        any if any.get("AnyOf").is_some() => {
            let rests: Option<Vec<Value>> = rests(&any["AnyOf"]).into_iter().collect();
            Some(one_or("AnyOf", rests?))
        }
        all => {
            let rests: Vec<Value> = rests(&all["AllOf"]).into_iter().flatten().collect();
            (!rests.is_empty()).then(|| one_or("AllOf", rests))
        }
    }
}

fn satisfies(own: &[String], scope: &str) -> bool {
    own.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => scope.starts_with(start),
        None => known == scope,
    })
}
