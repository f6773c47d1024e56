//! How many requests a press costs, and how many connections.

use serde_json::{Value, json};

use crate::support::world::{index_task, namespace, retrigger};
use crate::support::{Press, World, id};

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

/// A press costs two requests a label, one for each task that another depends on, and, where something
/// is rerun, what the index has of the push, page by page.
#[test]
fn requests_grow_with_the_labels() {
    // name, items a page, pages of the index
    let cases = [("one page", 1000, 3), ("pages of 16", 16, 2 + 4)];
    for (name, page, pages) in cases {
        let (world, labels) = push(50);
        world.queue.state().page = page;
        for number in 0..60 {
            let of = namespace("taskgraph.actions");
            let word = format!("action-{number}");
            let expires = "2027-06-01T00:00:00.000Z";
            index_task(&world, &of, &word, expires, &json!({"other": id("other")}));
        }
        press(&labels).run(&world.queue).succeeded();
        assert_eq!((world.queue.created().len(), world.queue.reruns().len()), (40, 10), "{name}");
        let requests = world.queue.requests();
        let count = |test: &dyn Fn(&str) -> bool| requests.iter().filter(|line| test(line)).count();
        assert_eq!(count(&|line| line.starts_with("PUT")), 40, "{name}");
        assert_eq!(count(&|line| line.ends_with("/rerun")), 10, "{name}");
        assert_eq!(count(&|line| line.ends_with("/status")), 10, "{name}");
        assert_eq!(count(&|line| line.contains("index/")), pages, "{name}: {requests:?}");
        let maps = count(&|line| line.contains("label-to-taskid"));
        assert_eq!(maps, 2 * 61, "each comes through a redirect, {name}");
        let of_tasks = requests.len() - 40 - 10 - 10 - pages - maps;
        assert_eq!(of_tasks, 1 + 50, "{name}: {requests:?}");
    }
}

/// Each of many actions on one push costs the same, however many others there were.
#[test]
fn actions_do_not_read_each_other() {
    let (world, labels) = push(4);
    let mut counts = vec![];
    for number in 0..12 {
        let action = format!("action-{number}");
        let map: Value = json!({"test-0": id("test-0")});
        let of = namespace("taskgraph.actions");
        index_task(&world, &of, &action, "2027-06-01T00:00:00.000Z", &map);
        world.queue.forget();
        press(&labels[..1]).run(&world.queue).succeeded();
        counts.push(world.queue.requests().len());
        world.queue.state().created.clear();
        world
            .queue
            .state()
            .tasks
            .retain(|_, task| task["extra"]["parent"] != *crate::support::ACTION);
    }
    assert_eq!(counts, [5; 12]);
}

/// A thread keeps its connection, so that a handshake is paid for once: with one label there is one
/// thread, with many there are fifty besides.
#[test]
fn connections_are_kept() {
    let (world, labels) = push(150);
    press(&labels[..1]).run(&world.queue).succeeded();
    assert_eq!(world.queue.state().connections, 1);
    press(&labels).run(&world.queue).succeeded();
    let connections = world.queue.state().connections;
    assert!(connections <= 2 + 50, "{connections} for {} requests", world.queue.requests().len());
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
