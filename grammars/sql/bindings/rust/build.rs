//! Compiles the generated parser and its scanner into one C library.

fn main() {
    println!("cargo:rerun-if-changed=src");
    cc::Build::new()
        .std("c11")
        .include("src")
        .file("src/parser.c")
        .file("src/scanner.c")
        .opt_level(2)
        .warnings(false)
        .compile("tree-sitter-sql");
}
