//! Every recipe of the cookbook is compiled, built and believed only after a look at its records.
//!
//! In: the blocks of `docs/cookbook.md`. Out: a failure where a recipe has a mistake or a warning, does not build to its size, shows
//! records that are not its first ones (`DICTUM_BLESS=1` renews them), or where what it claims of its records does not hold.

mod claims;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dictum::build::{Request, warn_unfit};
use dictum::diag::Diagnostics;
use dictum::pipeline::load::{Overrides, Workspace, dataset_name};
use dictum::pipeline::sound;
use dictum::source::Sources;
use dictum::world::MemoryWorld;
use serde_json::Value;

use super::markdown::{Block, blocks, replaced};
use super::workbench::{ROOT, lines, request, stream, world};

const FILE: &str = "docs/cookbook.md";
/// Records that a recipe shows where it does not show any yet.
const SHOWN: usize = 2;

/// The blocks under one heading.
struct Recipe<'t> {
    heading: &'t str,
    blocks: Vec<Block<'t>>,
}

impl Recipe<'_> {
    /// The spec that the recipe is about: the one without a file name.
    fn spec(&self) -> &str {
        let mut specs = self.blocks.iter().filter(|block| block.language == "yaml" && block.value("file").is_none());
        let spec = specs.next().unwrap_or_else(|| panic!("{}: no spec", self.heading)).text;
        assert!(specs.next().is_none(), "{}: two specs without a file name", self.heading);
        spec
    }

    fn dataset(&self) -> &str {
        dataset_name(self.spec()).unwrap_or_else(|| panic!("{}: no dataset", self.heading))
    }

    /// The workspace of the recipe.
    fn world(&self) -> MemoryWorld {
        let named = self.blocks.iter().filter_map(|block| Some((block.value("file")?.to_owned(), block.text)));
        let spec = (format!("scenarios/{}.yaml", self.dataset()), self.spec());
        world(named.chain([spec]))
    }

    /// The block with its first records.
    fn records(&self) -> &Block<'_> {
        let mut records = self.blocks.iter().filter(|block| block.language == "json");
        let shown = records.next().unwrap_or_else(|| panic!("{}: no records", self.heading));
        assert!(records.next().is_none(), "{}: two blocks of records", self.heading);
        shown
    }
}

/// A recipe with the records of its whole dataset.
struct Told<'t> {
    recipe: &'t Recipe<'t>,
    records: Vec<Value>,
}

impl Told<'_> {
    /// The records with some parts of the spec replaced; each part stands in it once.
    fn changed(&self, changes: &[(&str, &str)]) -> Vec<Value> {
        let spec = changes.iter().fold(self.recipe.spec().to_owned(), |spec, (old, new)| {
            assert_eq!(spec.matches(old).count(), 1, "{old}");
            spec.replace(old, new)
        });
        let dataset = dataset_name(&spec).unwrap();
        values(&stream(&world([(format!("scenarios/{dataset}.yaml"), &*spec)]), dataset, request()))
    }

    /// The records of a build with other values.
    fn with(&self, overrides: Overrides) -> Vec<Value> {
        values(&stream(&self.recipe.world(), self.recipe.dataset(), Request { overrides, ..request() }))
    }
}

fn values(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

fn recipes(text: &str) -> Vec<Recipe<'_>> {
    let mut recipes: Vec<Recipe<'_>> = Vec::new();
    for block in blocks(text) {
        match recipes.last_mut().filter(|recipe| recipe.heading == block.heading) {
            Some(recipe) => recipe.blocks.push(block),
            None => recipes.push(Recipe { heading: block.heading, blocks: vec![block] }),
        }
    }
    recipes
}

/// The records of the whole dataset as lines of JSON, after a check that finds neither mistake nor warning.
fn built(recipe: &Recipe<'_>, view: Option<&str>) -> String {
    let (world, dataset) = (recipe.world(), recipe.dataset());
    let workspace = Workspace { world: &world, root: PathBuf::from(ROOT) };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let checked = sound(&workspace, &format!("{dataset}.yaml"), &mut sources, &mut diagnostics);
    if let Some(checked) = &checked {
        warn_unfit(checked, &mut diagnostics);
    }
    assert!(diagnostics.iter().next().is_none(), "{}\n{}", recipe.heading, lines(&diagnostics.sorted(&sources), &sources));
    stream(&world, dataset, Request { view: view.map(str::to_owned), ..request() })
}

#[test]
fn every_recipe_builds_and_shows_its_first_records() {
    let text = fs::read_to_string(path()).unwrap();
    let mut renewed = Vec::new();
    for recipe in recipes(&text) {
        let block = recipe.records();
        let built = built(&recipe, block.value("view"));
        let shown = block.text.lines().count().max(SHOWN);
        let first: String = built.split_inclusive('\n').take(shown).collect();
        if std::env::var_os("DICTUM_BLESS").is_some() {
            renewed.push((block.range.clone(), first));
        } else {
            assert_eq!(block.text, first, "{}: DICTUM_BLESS=1 cargo test renews it", recipe.heading);
        }
    }
    if !renewed.is_empty() {
        fs::write(path(), replaced(&text, &renewed)).unwrap();
    }
}

#[test]
fn what_every_recipe_claims_holds() {
    let text = fs::read_to_string(path()).unwrap();
    let recipes = recipes(&text);
    assert!(recipes.len() >= 20, "{} recipes", recipes.len());
    let claimed: BTreeSet<&str> = claims::CLAIMS.iter().map(|(dataset, _)| *dataset).collect();
    let told: BTreeSet<&str> = recipes.iter().map(Recipe::dataset).collect();
    assert_eq!(claimed, told, "a recipe without its claim, or a claim without its recipe");
    for recipe in &recipes {
        let (_, claim) = claims::CLAIMS.iter().find(|(dataset, _)| *dataset == recipe.dataset()).unwrap();
        claim(&Told { recipe, records: values(&built(recipe, None)) });
    }
}

#[test]
fn recipes_are_numbered_and_every_link_leads_to_one() {
    let text = fs::read_to_string(path()).unwrap();
    let mut anchors = BTreeSet::new();
    for (at, recipe) in recipes(&text).iter().enumerate() {
        assert!(recipe.heading.starts_with(&format!("{}. ", at + 1)), "{}", recipe.heading);
        let kept = recipe.heading.to_lowercase().replace(' ', "-");
        anchors.insert(kept.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect::<String>());
    }
    let linked = text.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned());
    assert_eq!(linked.collect::<BTreeSet<_>>(), anchors);
}
