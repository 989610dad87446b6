//! The folders of `examples/` are applications to begin with: each can be copied.

use std::{fs, path::Path, process::Command};

use crate::common::{files::files, folder::Folder};

/// Where Cargo finds no workspace above it.
#[test]
fn a_copy_of_an_example_needs_one_change() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("examples/README.md")).unwrap();
    let mut count = 0;
    for entry in fs::read_dir(root.join("examples")).unwrap() {
        let example = entry.unwrap().path();
        let name = example.file_name().unwrap().to_str().unwrap();
        if !example.join("Cargo.toml").exists() || name == "demo" {
            continue;
        }
        assert!(page.contains(&format!("]({name}")), "{name} is not listed");
        let copy = copy(&example);
        let manifest = fs::read_to_string(copy.path("Cargo.toml")).unwrap();
        let root = root.to_str().unwrap().replace('\\', "/");
        let manifest = manifest.replace("\"../..", &format!("\"{root}"));
        for dependency in manifest.split("path = \"").skip(1) {
            let path = copy.path(dependency.split('"').next().unwrap());
            assert!(path.exists(), "{name}: {}", path.display());
        }
        copy.write("Cargo.toml", manifest);

        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
        let output = cargo.current_dir(copy.path("")).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {message}");
        assert!(message.is_empty(), "{name}: {message}");
        count += 1;
    }
    assert!(count > 7, "there are {count}");
}

fn copy(example: &Path) -> Folder {
    let copy = Folder::new();
    for file in files(example, Path::new("")) {
        let place = copy.path(&file);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(example.join(&file), place).unwrap();
    }
    copy
}
