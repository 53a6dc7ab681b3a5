//! Statements in, a table of how many are read out, and those that are not.

use sluicegate::syntax::parse;

use crate::cases::{Request, facts};

pub fn print(request: &Request) {
    println!("| dialect | statements | read | sqlglot |\n|---|---|---|---|");
    let (mut all, mut read_of_all, mut peer_of_all) = (0, 0, 0);
    for name in request.dialects() {
        let dialect = facts(name);
        let (mut total, mut read, mut peer) = (0, 0, 0);
        for case in request.cases.iter().filter(|case| case.dialect == name) {
            let parsed = parse(&case.sql, &dialect);
            total += 1;
            peer += usize::from(case.peer);
            let error = parsed.statements.iter().find_map(|statement| statement.tree.as_ref().err());
            let fault = match (error, parsed.statements.len()) {
                (Some(error), _) => format!("at {}: {}", error.span.start, error.message),
                (None, 1) => {
                    read += 1;
                    continue;
                }
                (None, count) => format!("is taken for {count} statements"),
            };
            if request.failures {
                eprintln!("--- {name} {} {fault}\n{}", case.file, case.sql);
            }
        }
        row(name, total, read, peer);
        (all, read_of_all, peer_of_all) = (all + total, read_of_all + read, peer_of_all + peer);
    }
    row("all", all, read_of_all, peer_of_all);
}

fn row(name: &str, total: usize, read: usize, peer: usize) {
    let share = |part: usize| 100.0 * part as f64 / total.max(1) as f64;
    println!("| {name} | {total} | {read} ({:.1} %) | {peer} ({:.1} %) |", share(read), share(peer));
}
