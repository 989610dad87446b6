//! Takes threads through every order in which they can meet at a session that they share, and at a ring that is replaced.
//!
//! `cargo run --release` in this folder makes a copy of the code in which the locks and counters are those of loom, and
//! runs the tests of `bin/orders.rs` there. loom runs each once for each order that the memory model allows.
//! That no two threads are in the same memory at once needs no test: the library has no `unsafe`.

mod copy;

use std::{
    path::Path,
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copied = root.join("target/threads/copy");
    copy::make(&root, &copied, change);
    let status = Command::new("cargo")
        .args(["run", "--release", "--bin", "orders", "--manifest-path"])
        .arg(copied.join("proof/threads/Cargo.toml"))
        .env("CARGO_TARGET_DIR", root.join("target/threads/build"))
        .env("RUSTFLAGS", "--cap-lints=allow")
        .status()
        .expect("cargo runs");
    if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Returns the text of a file of the copy, with the locks and counters of loom.
fn change(file: &Path, mut text: String) -> String {
    for (_, found, made) in EDITS
        .iter()
        .filter(|(edited, ..)| file == Path::new(edited))
    {
        assert_eq!(
            text.matches(found).count(),
            1,
            "{}: {found}",
            file.display()
        );
        text = text.replace(found, made);
    }
    text
}

/// File, text and replacement.
const EDITS: [(&str, &str, &str); 6] = [
    (
        "Cargo.toml",
        "\n[dependencies]\n",
        "\n[dependencies]\nloom = \"0.7.2\"\n",
    ),
    (
        "src/session/lock.rs",
        "    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};",
        "    sync::{Arc, PoisonError},
};
use loom::sync::{Mutex, MutexGuard, atomic::{AtomicUsize, Ordering}};",
    ),
    (
        "src/session/lock.rs",
        "    thread_local! {\n        static PLACE: u8 = const { 0 };",
        "    loom::thread_local! {\n        static PLACE: Box<u8> = Box::new(0);",
    ),
    (
        "src/session/lock.rs",
        "std::ptr::from_ref(place)",
        "std::ptr::from_ref(&**place)",
    ),
    (
        "src/keys/shared/mod.rs",
        "    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};",
        "    sync::{Arc, OnceLock, PoisonError, Weak},
};
use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering},
};",
    ),
    (
        "src/keys/shared/mod.rs",
        "use arc_swap::{ArcSwap, Guard};",
        "#[path = \"../../../proof/threads/src/arc_swap.rs\"]\nmod arc_swap;\nuse arc_swap::{ArcSwap, Guard};",
    ),
];
