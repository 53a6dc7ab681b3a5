//! Folders of SQL files in, MB/s of one core out.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sluicegate::dialect::Dialect;
use sluicegate::syntax::{parse, tolerant};

use crate::cases::facts;

const ROUNDS: usize = 5;

pub fn print(words: &[String]) {
    let Some((name, folders)) = words.split_first() else { return };
    let dialect = facts(name);
    let texts: Vec<String> = files_of(folders).iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let strict = best(&texts, |text| drop(parse(text, &dialect)));
    let loose = best(&texts, |text| drop(tolerant(text)));
    let speed = |seconds: f64| bytes as f64 / 1e6 / seconds;
    println!(
        "| {name} | {} files | {:.1} MB | strict {:.1} MB/s | tolerant {:.1} MB/s |",
        texts.len(),
        bytes as f64 / 1e6,
        speed(strict),
        speed(loose)
    );
    files(&files_of(folders), &dialect);
}

/// Which files are read, and how much of them the tolerant tree could not place.
pub fn print_files(words: &[String]) {
    if let Some((name, folders)) = words.split_first() {
        files(&files_of(folders), &facts(name));
    }
}

fn files(files: &[PathBuf], dialect: &Dialect) {
    let (mut all, mut read, mut clean, mut bytes, mut broken) = (0, 0, 0, 0, 0);
    for file in files {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let within: usize = tolerant(&text).errors().iter().map(|span| span.range().len()).sum();
        let parsed = parse(&text, dialect);
        match parsed.error() {
            None => read += 1,
            Some(error) => {
                let line = text[..error.span.start as usize].matches('\n').count() + 1;
                eprintln!("{}:{line}: {}", file.display(), error.message);
            }
        }
        (all, clean) = (all + 1, clean + usize::from(within == 0));
        (bytes, broken) = (bytes + text.len(), broken + within);
    }
    let share = 100.0 * broken as f64 / bytes.max(1) as f64;
    println!("of {all} files {read} are read, {clean} have no error in the tolerant tree ({share:.3} % of bytes)");
}

fn files_of(folders: &[String]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    folders.iter().for_each(|folder| collect(Path::new(folder), &mut files));
    files.sort();
    files
}

/// The SQL files below a folder.
pub fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|end| end == "sql") {
            into.push(path);
        }
    }
}

/// A round reads so many bytes at least, since Linux counts work in steps of milliseconds.
const BYTES: usize = 4_000_000;

/// The best time of a few rounds for all texts, in seconds of this thread's own work.
fn best(texts: &[String], work: impl Fn(&str)) -> f64 {
    let bytes: usize = texts.iter().map(String::len).sum();
    let times = BYTES.div_ceil(bytes.max(1));
    let round = || {
        let start = worked();
        (0..times).for_each(|_| texts.iter().for_each(|text| work(text)));
        worked().saturating_sub(start).as_secs_f64() / times as f64
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

/// What this thread has worked so far, as Linux counts it: other programs on the machine do not count.
fn worked() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|line| line.split(' ').next().and_then(|first| first.parse().ok()));
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
