//! What the queue asks of its caller's scopes (`createTask` and `rerunTask` in its api.js).

use serde_json::Value;

/// The 403 of a caller with the scopes `own` for creating a task; none where they suffice.
pub fn lacking(own: &[String], task: &Value) -> Option<String> {
    let text = |key: &str| task[key].as_str().unwrap_or_default();
    let list = |key: &str| task[key].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut needed: Vec<String> = list("scopes").map(str::to_owned).collect();
    needed.extend(list("routes").map(|route| format!("queue:route:{route}")));
    needed.push(format!("queue:create-task:project:{}", text("projectId")));
    needed.push(format!("queue:scheduler-id:{}", text("schedulerId")));
    needed.push(format!("queue:create-task:{}:{}", text("priority"), text("taskQueueId")));
    needed.retain(|scope| !satisfies(own, scope));
    (!needed.is_empty()).then(|| message(own, &needed))
}

/// The same for rerunning the task `id`.
pub fn lacking_for_rerun(own: &[String], id: &str, task: &Value) -> Option<String> {
    let text = |key: &str| task[key].as_str().unwrap_or_default();
    let in_group = format!("{}/{}", text("schedulerId"), text("taskGroupId"));
    let any = [
        vec![format!("queue:rerun-task:{in_group}/{id}")],
        vec![format!("queue:rerun-task-in-project:{}", text("projectId"))],
        vec!["queue:rerun-task".to_owned(), format!("assume:scheduler-id:{in_group}")],
    ];
    let suffices = |scopes: &Vec<String>| scopes.iter().all(|scope| satisfies(own, scope));
    (!any.iter().any(suffices)).then(|| message(own, &any[0]))
}

fn satisfies(own: &[String], scope: &str) -> bool {
    own.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => scope.starts_with(start),
        None => known == scope,
    })
}

/// As the services word it: all that the caller has, then what it lacks.
fn message(own: &[String], lacking: &[String]) -> String {
    format!(
        "Client ID task-client/x does not have sufficient scopes and is missing the following \
         scopes:\n\n```\n{}\n```\n\nThis request requires the client to satisfy the following scope \
         expression:\n\n```\n{}\n```\nThe client has:\n{}",
        lacking.join("\n"),
        lacking.join("\n"),
        own.join("\n")
    )
}
