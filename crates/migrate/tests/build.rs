//! Tells the library that the other files of its repository are here. The published package has no build script: Cargo
//! leaves out one that is not packed.

fn main() {
    println!("cargo::rerun-if-changed=tests/build.rs");
    println!("cargo::rustc-cfg=hardtack_repository");
}
