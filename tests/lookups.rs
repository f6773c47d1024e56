//! How many requests a press costs, with batched calls and without, and pages that misbehave.

mod support;

use serde_json::{Value, json};

use support::world::{namespace, retrigger};
use support::{Press, World, id};

/// A push of `count` tests, of which every fifth is one that is rerun.
fn push(count: usize) -> (World, Vec<String>) {
    let labels: Vec<String> = (0..count).map(|number| format!("test-{number}")).collect();
    let mut world = World::new();
    for (number, label) in labels.iter().enumerate() {
        let flag = if number % 5 == 4 { "false" } else { "true" };
        world = world.task(label, "failed", retrigger(flag));
    }
    let known: Vec<&str> = labels.iter().map(String::as_str).collect();
    (world.labels(&known), labels)
}

fn press(labels: &[String]) -> Press {
    Press::multiple(&json!([{"tasks": labels}]))
}

#[test]
fn batched_or_one_by_one() {
    type Case = (&'static str, Option<u16>, usize, bool, usize, usize);
    #[rustfmt::skip]
    let cases: [Case; 5] = [
        // name, answer to a batched call, items a page, pages that repeat, calls for tasks, for states
        ("one call for all", None, 1000, false, 1, 1),
        ("pages of 16", None, 16, false, 4, 1),
        ("one page, again and again: the rest one by one", None, 16, true, 2 + 34, 2),
        ("no such call", Some(404), 1000, false, 1 + 50, 1 + 10),
        ("no such method", Some(405), 1000, false, 1 + 50, 1 + 10),
    ];
    for (name, no_batch, page, repeats, for_tasks, for_states) in cases {
        let (world, labels) = push(50);
        {
            let mut state = world.queue.state();
            (state.no_batch, state.page, state.page_repeats) = (no_batch, page, repeats);
        }
        press(&labels).run(&world.queue).succeeded();
        assert_eq!((world.queue.created().len(), world.queue.reruns().len()), (40, 10), "{name}");
        let requests = world.queue.requests();
        let count = |test: &dyn Fn(&str) -> bool| requests.iter().filter(|line| test(line)).count();
        assert_eq!(count(&|line| line.starts_with("PUT")), 40, "{name}");
        assert_eq!(count(&|line| line.ends_with("/rerun")), 10, "{name}");
        let states = count(&|line| line.contains("/status"));
        assert_eq!(states, for_states, "{name}");
        let index = count(&|line| line.contains("index/"));
        assert_eq!(index, if repeats { 6 } else { 3 }, "{name}: {requests:?}");
        let of_tasks = requests.len() - 40 - 10 - states - index - 2 - 1;
        assert_eq!(of_tasks, for_tasks, "{name}: {requests:?}");
    }
}

/// Each of many actions on one push costs the same, however many others there were.
#[test]
fn actions_do_not_read_each_other() {
    let (world, labels) = push(4);
    let mut counts = vec![];
    for number in 0..12 {
        let action = id(&format!("action-{number}"));
        let entry = (action.clone(), "2026-06-01T00:00:00.000Z".to_owned());
        let map: Value = json!({"test-0": id("test-0")});
        world.queue.artifact(&action, "label-to-taskid.json", map);
        let of = namespace("taskgraph.actions");
        world.queue.state().index.entry(of).or_default().push(entry);
        world.queue.forget();
        press(&labels[..1]).run(&world.queue).succeeded();
        counts.push(world.queue.requests().len());
        world.queue.state().created.clear();
        world.queue.state().tasks.retain(|_, task| task["extra"]["parent"] != *support::ACTION);
    }
    assert_eq!(counts, [5; 12]);
}

/// No more than 50 requests are under way at once, and not many fewer.
#[test]
fn fifty_in_parallel_at_most() {
    let (world, labels) = push(150);
    world.queue.state().delay = std::time::Duration::from_millis(40);
    press(&labels).run(&world.queue).succeeded();
    let most = world.queue.state().most_open;
    assert!((20..=50).contains(&most), "{most} at once");
}
