//! What the fuzz targets do with their bytes.
//!
//! In: any bytes. They are the spec of a workspace in memory which holds a module, a template and a schema that a spec may name.
//! Out: nothing. What must hold: nothing panics, a spec is refused exactly where there is an error, and every diagnostic has a
//! message and a place inside of a text that was read.

use dictum::diag::{Diagnostic, Diagnostics, codes};
use dictum::pipeline::expand::Expander;
use dictum::pipeline::load::{self, Workspace};
use dictum::pipeline::plan::plan;
use dictum::pipeline::verify::expectations::Tally;
use dictum::pipeline::{record, sound};
use dictum::source::Sources;
use dictum::world::MemoryWorld;

const SPEC: &str = "fuzz.yaml";
/// Records that are made of a spec that is sound.
const RECORDS: u64 = 4;

fn world(spec: &[u8]) -> MemoryWorld {
    MemoryWorld::default()
        .with("/workspace/scenarios/fuzz.yaml", spec)
        .with("/workspace/scenarios/constitution.yaml", include_bytes!("../../scenarios/constitution.yaml"))
        .with("/workspace/templates/answer.j2", "{% for one in [1, 2] %}{{ one }}{% endfor %}\n")
        .with("/workspace/schemas/record.json", "{\"type\": \"object\", \"required\": [\"id\"]}")
}

/// Loads a spec.
///
/// # Panics
/// Where a diagnostic has no place.
pub fn load(spec: &[u8]) {
    let world = world(spec);
    let workspace = Workspace { world: &world, root: "/workspace".into() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let loaded = load::load(&workspace, SPEC, &mut sources, &mut diagnostics);
    assert!(loaded.is_some() || diagnostics.has_errors(), "refused in silence");
    placed(diagnostics.iter(), &sources);
}

/// Loads and checks a spec.
///
/// # Panics
/// Where a spec is refused without an error or accepted with one, or where a diagnostic has no place.
pub fn check(spec: &[u8]) {
    checked(spec, |_| Vec::new());
}

/// Loads and checks a spec, and makes a few of its records.
///
/// # Panics
/// Like [`check`].
pub fn expand(spec: &[u8]) {
    checked(spec, |checked| {
        let plan = plan(checked, 0, 0, RECORDS);
        let mut expander = Expander::new(&plan, false);
        let mut made = |index| record(checked, &mut expander, &mut Tally::default(), index);
        (0..RECORDS).filter_map(|index| made(index).err()).flatten().collect()
    });
}

/// Checks a spec, does more with it where it is sound, and looks at all that was said.
fn checked(spec: &[u8], more: impl FnOnce(&dictum::pipeline::check::Checked) -> Vec<Diagnostic>) {
    let world = world(spec);
    let workspace = Workspace { world: &world, root: "/workspace".into() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let found = sound(&workspace, SPEC, &mut sources, &mut diagnostics);
    assert_eq!(found.is_none(), diagnostics.has_errors(), "refused in silence, or accepted with an error");
    let later = found.map(|checked| more(&checked)).unwrap_or_default();
    placed(diagnostics.iter().chain(&later), &sources);
}

fn placed<'d>(all: impl Iterator<Item = &'d Diagnostic>, sources: &Sources) {
    for one in all.filter(|one| one.code != codes::FILE_MISSING) {
        assert!(!one.message.is_empty(), "{one:?}");
        let span = one.primary.as_ref().map(|label| label.span).unwrap_or_else(|| panic!("without a place: {one:?}"));
        let text = sources.get(span.source).map(dictum::source::Source::text);
        assert!(text.is_some_and(|text| text.get(span.range()).is_some()), "a place in no text: {one:?}");
    }
}
