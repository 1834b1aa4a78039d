//! Parse, run, exit code; nothing else.
use dictum::build::*;
use dictum::pipeline::load::Workspace;
use dictum::pipeline::emit::FORMATS;
struct R;
impl Reporter for R {
    fn start(&mut self, d: &str, n: u64) { eprintln!("start {d} {n}"); }
    fn advance(&mut self, _: u64) {}
    fn finish(&mut self, b: &Built) { eprintln!("{b:?}"); }
    fn note(&mut self, t: &str) { eprintln!("{t}"); }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let world = dictum::world::SystemWorld::default();
    let root = std::path::PathBuf::from(&args[1]).canonicalize().unwrap();
    let ws = Workspace { world: &world, root };
    let size = args.get(2).and_then(|s| s.parse().ok());
    let stop = std::sync::atomic::AtomicBool::new(false);
    let plain = args.iter().any(|a| a == "--plain");
    let out = args.get(3).cloned().unwrap_or("/tmp/scratch/out".into());
    let formats: Vec<_> = match args.get(4).map(String::as_str) { Some("jsonl") => vec![dictum::pipeline::emit::format("jsonl").unwrap()], _ => FORMATS.to_vec() };
    let req = Request { datasets: vec![], size, seed: 0, from: 0, count: None, formats, out: Out::Folder(out.into()), threads: None, lock: LockMode::Ignore, hash: None, plain };
    let t = std::time::Instant::now();
    let o = build(&ws, req, &mut R, &stop);
    dictum::diag::render::render(&o.diagnostics, &o.sources, dictum::diag::render::MessageFormat::Human { color: false, width: 160 }, &mut std::io::stderr()).unwrap();
    match o.result { Ok(_) => eprintln!("ok {:?}", t.elapsed()), Err(e) => { eprintln!("FAILED {e}"); std::process::exit(1) } }
}
