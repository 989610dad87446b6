//! Compiles the requests to memcheck, which are macros of valgrind's header.

fn main() {
    println!("cargo::rerun-if-changed=src/memcheck.c");
    cc::Build::new().file("src/memcheck.c").compile("memcheck");
}
