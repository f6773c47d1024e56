//! Every kind of event, what both files render for it, and who keeps today's path.

use super::parts::{count, fold, name, rendered, section, value};
use crate::patch::retrigger::Kept;
use crate::work::evidence::{Cell, Event, Evidence, Shown, Why};
use maud::{Markup, html};

/// What of an event a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Same,
    Fast,
    Different,
}

impl Column {
    fn of(self, event: &Event) -> &Cell {
        match self {
            Column::Same => &event.same,
            Column::Fast => &event.fast,
            Column::Different => &event.different,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Column::Same => "The same",
            Column::Fast => "Without a clone",
            Column::Different => "Different",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Column::Same => "same",
            Column::Fast => "fast",
            Column::Different => "bad",
        }
    }
}

/// The grid of events, and what stands behind each of its cells.
pub fn events(evidence: &Evidence, tried: usize, script: Option<&str>) -> Markup {
    let events = &evidence.events;
    let mut columns = vec![Column::Same, Column::Fast];
    if events.iter().any(|event| event.different.contexts > 0) {
        columns.insert(0, Column::Different);
    }
    let all = |column: Column| events.iter().map(|event| column.of(event).contexts).sum::<usize>();
    let raise = events.iter().any(|event| event.same.raise > 0);
    let body = html! {
        p { (origins(evidence)) " A number leads to a sample of what was rendered." }
        @if all(Column::Same) + all(Column::Fast) + all(Column::Different) < tried {
            p {
                "Production’s loaders read the file differently (see the notes), so each context was tried \
                 with both readings. What follows is by this program’s own reader."
            }
        }
        table.grid {
            caption { "Contexts by kind of event and by what the new file renders" }
            thead {
                tr {
                    th scope="col" { "Event" }
                    @for column in &columns { th scope="col" { (column.title()) } }
                }
            }
            tbody {
                @for (at, event) in events.iter().enumerate() {
                    tr {
                        th scope="row" { (title(event)) }
                        @for column in &columns { (cell(at, event, *column)) }
                    }
                }
            }
            tfoot {
                tr {
                    th scope="row" { "All" }
                    @for column in &columns { td { span.sum { (all(*column)) } } }
                }
            }
        }
        @if raise {
            p.small {
                "“Raise alike”: the template asks for something that such a context has not, and both \
                 files raise the same error there."
            }
        }
        h3 { "What was rendered" }
        @for (at, event) in events.iter().enumerate() {
            @for column in &columns { (sample(at, event, *column, script)) }
        }
    };
    section("events", "Every kind of event", &body)
}

/// Where the contexts are from.
fn origins(Evidence { built_in, derived, given, .. }: &Evidence) -> Markup {
    html! {
        "Both files were rendered in " (count(built_in + derived + given, "context", "contexts")) ": "
        (built_in) " that are built in"
        @if *derived > 0 { ", " (derived) " that the file’s own conditions ask for" }
        @if *given > 0 { ", " (given) " from the command line" }
        "."
    }
}

fn title(event: &Event) -> Markup {
    html! {
        code { (name(&event.name)) }
        @match event.callback {
            Some("") => { " " span.sub { "any other action" } },
            Some(callback) => { " " span.sub { (callback) } },
            None => {}
        }
    }
}

fn id(at: usize, column: Column) -> String {
    format!("{}-{at}", column.class())
}

fn cell(at: usize, event: &Event, column: Column) -> Markup {
    let Cell { contexts, raise, no_task, .. } = column.of(event);
    html! {
        @if *contexts == 0 {
            td.none { span aria-hidden="true" { "–" } span.unseen { "none" } }
        } @else {
            td class=(column.class()) {
                a href={ "#" (id(at, column)) } {
                    (contexts) span.unseen {
                        " " (column.title()) ": a sample of " (name(&event.name)) " "
                        (event.callback.unwrap_or_default())
                    }
                }
                @if *raise > 0 { " " span.sub { (of(*raise, *contexts)) " raise alike" } }
                @if *no_task > 0 { " " span.sub { (of(*no_task, *contexts)) " make no task" } }
            }
        }
    }
}

fn of(some: usize, all: usize) -> String {
    if some == all { "all".to_owned() } else { some.to_string() }
}

/// What stands behind a cell: one context, and what is rendered there.
fn sample(at: usize, event: &Event, column: Column, script: Option<&str>) -> Markup {
    let cell = column.of(event);
    let Some(shown) = &cell.shown else { return html! {} };
    html! {
        details.sample {
            summary {
                (title(event)) ": " (column.title().to_lowercase()) ", "
                (count(cell.contexts, "context", "contexts"))
            }
            // A link into a fold opens it.
            div id=(id(at, column)) {
                @if !event.about.is_empty() { p.small { (event.about) } }
                p { "In context " code { (name(&shown.name)) } ":" }
                (fold(&html! { "the context" }, &value(&shown.context, None)))
                (both(shown, column, script))
            }
        }
    }
}

fn both(Shown { old, new, .. }: &Shown, column: Column, script: Option<&str>) -> Markup {
    match column {
        Column::Same => html! { p { "Both files render:" } (rendered(new, script)) },
        Column::Fast => html! {
            p { "The new file renders this, and the old one the same with another payload:" }
            (rendered(new, script))
            (fold(&html! { "the old file’s" }, &rendered(old, script)))
        },
        Column::Different => html! {
            p { "The old file renders:" }
            (rendered(old, script))
            p { "The new file renders:" }
            (rendered(new, script))
        },
    }
}

/// Who keeps today's path, and why.
pub fn kept(kept: &[(Why, Cell)]) -> Markup {
    section(
        "kept",
        "Who keeps today’s path",
        &html! {
            p { "What was tried and does not take the fast path renders in the new file what it did in the old." }
            table.facts {
                caption { "By reason, with the number of contexts that were tried" }
                thead {
                    tr { th scope="col" { "Who" } th scope="col" { "Why" } th scope="col" { "Tried" } }
                }
                tbody {
                    @for (why, cell) in kept {
                        @let (who, reason) = told(*why);
                        tr {
                            th scope="row" { (who) }
                            td { (reason) }
                            td {
                                (cell.contexts)
                                @if let Some(shown) = &cell.shown { ", such as " code { (name(&shown.name)) } }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn told(why: Why) -> (&'static str, String) {
    let (who, reason) = match why {
        Why::Event(Kept::NoAction) => (
            "Pushes, pull requests, crons and the like",
            "They are no actions: the guard asks for one.",
        ),
        Why::Event(Kept::OtherCallback) => {
            ("All other actions", "Their callback is none of the four that retrigger.")
        }
        Why::Event(Kept::OtherPermission) => (
            "A retrigger through a hook of another permission",
            "Today’s code says whether that permission will do.",
        ),
        Why::Event(Kept::NoMapping) => {
            ("A retrigger whose input is no mapping", "Today’s code says what becomes of it.")
        }
        Why::Event(Kept::Downstream) => (
            "A retrigger with downstream",
            "Only the task graph knows what is downstream, and that takes a clone.",
        ),
        Why::NoAction(variable) => {
            let reason = format!(
                "Their task has no {variable} in its environment: it is no action task. Some templates render \
                 a decision task for every action on a pull request."
            );
            return ("Retriggers that render another task", reason);
        }
        Why::NoTask => {
            ("Retriggers that render no task", "There is nothing to put a fast path into.")
        }
        Why::Raises => (
            "Retriggers for which the template raises",
            "It asks for something that such a context has not, and raises the same error before and after.",
        ),
    };
    (who, reason.to_owned())
}
