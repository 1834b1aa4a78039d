//! Sound specs, damaged a little in 10,000 ways: nothing stops the program, and nothing is lost in silence.
//!
//! In: the shipped workspace and the example workspace. Out: whatever the damage, checking ends; a spec that is refused comes
//! with an error, one that is accepted without any, and then its records are made or refused, too; every diagnostic keeps its
//! manners, first of all its place. A mutant that ends otherwise is shown.
//!
//! The number of a mutant decides everything about it. `DICTUM_MUTANTS=4711..4712` runs other ones than the first 10,000.

mod mutate;

use std::env;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use dictum::build::piloted;
use dictum::diag::Diagnostics;
use dictum::pipeline::expand::Expander;
use dictum::pipeline::load::{Workspace, datasets, strays};
use dictum::pipeline::plan::plan;
use dictum::pipeline::verify::expectations::Tally;
use dictum::pipeline::{record, sound};
use dictum::source::Sources;

use super::diagnostics::run::Found;
use super::workbench::{ROOT, SHIPPED, files, shipped, world};
use mutate::{Choices, damaged};

/// How many mutants there are.
const MUTANTS: usize = 10_000;
/// How many there are of the dataset of policies.
const OF_POLICIES: usize = 150;
/// Records that are made of a spec that survives its damage.
const RECORDS: u64 = 4;
/// The aims of one mutant in so many are tried, too, which takes longer than all the rest.
const PILOTED: usize = 16;
/// Longer than any spec may take, on however busy a machine.
const PATIENCE: Duration = Duration::from_mins(1);

type Files = Vec<(String, Vec<u8>)>;

/// Checks every dataset of a workspace and makes a few records of those that are sound, after trying their aims where `pilot`
/// asks for it; `Err` with what is wrong with the answer itself.
fn answer(files: Files, pilot: bool) -> Result<Found, String> {
    let world = world(files);
    let workspace = Workspace { world: &world, root: ROOT.into() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let mut accepted = true;
    let mut later = Diagnostics::default();
    for (_, path) in datasets(&workspace, &mut diagnostics) {
        let checked = sound(&workspace, &path, &mut sources, &mut diagnostics);
        accepted &= checked.is_some();
        let Some(checked) = checked else { continue };
        let plan = plan(&checked, 0, 0, RECORDS);
        let mut expander = Expander::new(&plan, false);
        let mut made = |index| record(&checked, &mut expander, &mut Tally::default(), index);
        for one in (0..RECORDS).filter_map(|index| made(index).err()).flatten() {
            later.push(one);
        }
        if pilot {
            piloted(&workspace, &checked, &sources, &mut later);
        }
    }
    if accepted == diagnostics.has_errors() {
        let found = Found { diagnostics: diagnostics.sorted(&sources), sources, built: accepted };
        return Err(format!("accepted: {accepted}, errors: {}", found.human()));
    }
    strays(&workspace, &mut sources, &mut diagnostics);
    for one in later.iter() {
        diagnostics.push(one.clone());
    }
    let found = Found { diagnostics: diagnostics.sorted(&sources), sources, built: accepted };
    match found.bad_manners().as_slice() {
        [] => Ok(found),
        complaints => Err(complaints.join("\n")),
    }
}

/// One mutant: what was done to which file, and all files.
struct Mutant {
    number: usize,
    title: String,
    text: Vec<u8>,
    files: Files,
}

/// The mutant of this number. Three of four are of the example workspace, which is checked faster.
fn mutant(number: usize, workspaces: &[Files]) -> Mutant {
    let mut choices = Choices(u64::try_from(number).unwrap());
    let mut files = workspaces[usize::from(choices.below(4) > 0)].clone();
    let weights: Vec<usize> = files.iter().map(|(path, text)| if read(path) { text.len() } else { 0 }).collect();
    let mut place = choices.below(weights.iter().sum());
    let mut at = 0;
    while place >= weights[at] {
        place -= weights[at];
        at += 1;
    }
    let (path, content) = &mut files[at];
    let (text, damage) = damaged(content, &mut choices);
    content.clone_from(&text);
    Mutant { number, title: format!("mutant {number}: {path}, {damage}"), text, files }
}

/// Whether a dataset reads this file: the editor schema is for editors.
fn read(path: &str) -> bool {
    path != "schemas/scenario.schema.json"
}

/// Whether a mutant is still sound, or what is wrong with how it ends. A thread of its own, so that a panic is caught, a spec that
/// does not end is left behind, and a stack that overflows has a name.
fn ending(mutant: Mutant) -> Result<bool, String> {
    let Mutant { number, title, text, files } = mutant;
    let pilot = number.is_multiple_of(PILOTED);
    let (sender, receiver) = mpsc::channel();
    let named = thread::Builder::new().name(title.clone());
    let running = named.spawn(move || sender.send(answer(files, pilot).map(|found| found.built))).unwrap();
    let why = match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(sound)) => return Ok(sound),
        Ok(Err(why)) => why,
        Err(RecvTimeoutError::Timeout) => "does not end".to_owned(),
        Err(RecvTimeoutError::Disconnected) => match running.join() {
            Err(panic) => format!("panics: {:?}", panic.downcast_ref::<String>()),
            Ok(_) => "says nothing".to_owned(),
        },
    };
    Err(format!("{title}: {why}\n{}", String::from_utf8_lossy(&text)))
}

fn numbers() -> Range<usize> {
    let given = env::var("DICTUM_MUTANTS").ok();
    let range = given.as_deref().and_then(|given| given.split_once(".."));
    range.map_or(0..MUTANTS, |(from, to)| from.parse().unwrap()..to.parse().unwrap())
}

#[test]
fn the_undamaged_workspaces_are_sound() {
    for (folder, ..) in SHIPPED {
        let found = answer(files(folder), true).unwrap();
        assert!(found.diagnostics.is_empty(), "{folder}:\n{}", found.human());
    }
}

/// Damages workspaces in so many ways; how each ends. Complaints fail.
fn damage(numbers: Range<usize>, workspaces: Vec<Files>) -> Vec<Result<bool, String>> {
    let workspaces = Arc::new(workspaces);
    let next = Arc::new(AtomicUsize::new(numbers.start));
    let work = || {
        let (workspaces, next, end) = (Arc::clone(&workspaces), Arc::clone(&next), numbers.end);
        thread::spawn(move || {
            let taken = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < end);
            let ends = std::iter::from_fn(taken).map(|number| ending(mutant(number, &workspaces)));
            ends.collect::<Vec<Result<bool, String>>>()
        })
    };
    let workers: Vec<_> = (0..thread::available_parallelism().map_or(2, usize::from)).map(|_| work()).collect();
    let ends: Vec<Result<bool, String>> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    let complaints: Vec<&str> = ends.iter().filter_map(|end| end.as_ref().err()).map(String::as_str).collect();
    assert!(
        complaints.is_empty(),
        "{} complaints, the first:\n{}",
        complaints.len(),
        complaints[..complaints.len().min(10)].join("\n----\n")
    );
    ends
}

#[test]
fn no_damage_stops_the_program_or_goes_without_a_place() {
    let numbers = numbers();
    let ends = damage(numbers.clone(), SHIPPED.iter().map(|(folder, ..)| files(folder)).collect());
    // Damage that is always found, or never, would try only half of the program.
    let sound = ends.iter().filter(|end| **end == Ok(true)).count();
    assert!((numbers.len() / 20..numbers.len() / 2).contains(&sound), "{sound} of {} are still sound", numbers.len());
}

#[test]
fn no_damage_to_policies_does_either() {
    damage(0..OF_POLICIES, vec![shipped("policy_governance"), shipped("policy_governance")]);
}
