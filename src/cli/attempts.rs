//! How many attempts planned labels take, as `dictum check` shows it.

use serde::Serialize;

use crate::data::Value;
use crate::engine::jinja::print;
use crate::pipeline::check::Checked;
use crate::pipeline::check::pilot;

/// A scenario with one planned label, for programs.
#[derive(Serialize)]
pub(super) struct Cell {
    /// The scenario; null where the dataset has none.
    scenario: Option<String>,
    /// The name aimed at; null where only requirements are to be met.
    aim: Option<String>,
    /// The label, as text.
    label: Option<String>,
    /// Trial records drawn.
    tried: u32,
    /// Trial records that met the plan.
    met: u32,
}

/// The cells with names in the place of numbers.
pub(super) fn cells(checked: &Checked, cells: &[pilot::Cell]) -> Vec<Cell> {
    let named = |cell: &pilot::Cell| Cell {
        scenario: Some(checked.scenario(cell.scenario).to_owned()).filter(|name| !name.is_empty()),
        aim: cell.label.and_then(|(aim, _)| checked.settling.aims.get(aim)).map(|aimed| aimed.name.to_string()),
        label: label(checked, cell),
        tried: cell.tried,
        met: cell.met,
    };
    cells.iter().map(named).collect()
}

fn label(checked: &Checked, cell: &pilot::Cell) -> Option<String> {
    let (aim, label) = cell.label?;
    let labels = checked.settling.aims.get(aim)?.labels.get(cell.scenario)?.as_ref()?;
    labels.values.get(label).map(shown)
}

fn shown(value: &Value) -> String {
    let mut text = String::new();
    if print(value, &mut text).is_ok() { text } else { value.kind().to_owned() }
}

/// A table for each name aimed at: a row a scenario, a column a label, attempts a record in the cells.
pub(super) fn table(checked: &Checked, all: &[pilot::Cell]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, aimed) in checked.settling.aims.iter().enumerate() {
        let of_aim: Vec<&pilot::Cell> = all.iter().filter(|cell| cell.label.is_some_and(|(aim, _)| aim == at)).collect();
        let mut columns: Vec<String> = Vec::new();
        for name in of_aim.iter().filter_map(|cell| label(checked, cell)) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let mut scenarios: Vec<usize> = of_aim.iter().map(|cell| cell.scenario).collect();
        scenarios.dedup();
        let first = scenarios.iter().map(|one| checked.scenario(*one).chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = columns.iter().map(|name| name.chars().count().max(6)).collect();
        let row = |head: &str, cells: &mut dyn Iterator<Item = String>| {
            let cells = cells.zip(&widths).map(|(cell, width)| format!("  {cell:>width$}"));
            format!("  {head:<first$}{}", cells.collect::<String>())
        };
        lines.push(format!("  attempts a record to meet `{}`:", aimed.name));
        lines.push(row("", &mut columns.iter().cloned()));
        for scenario in scenarios {
            let found = |name: &String| {
                let mut here = of_aim.iter().filter(|cell| cell.scenario == scenario);
                let cell = here.find(|cell| label(checked, cell).as_ref() == Some(name));
                match cell.map(|cell| cell.attempts()) {
                    None => "-".to_owned(),
                    Some(None) => "never".to_owned(),
                    Some(Some(attempts)) => format!("{attempts:.1}"),
                }
            };
            lines.push(row(checked.scenario(scenario), &mut columns.iter().map(found)));
        }
    }
    lines
}
