//! Edits by which the copy gets the locks and counters of loom.

use std::path::Path;

/// Returns the text of a file of the copy.
///
/// # Panics
///
/// If what is edited does not stand in the file, once.
pub(crate) fn change(file: &Path, mut text: String) -> String {
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
const EDITS: [(&str, &str, &str); 7] = [
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
        "src/session/sealer.rs",
        "use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};",
        "use std::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};",
    ),
    (
        "src/keys/shared/mod.rs",
        "    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},\n};",
        "    sync::{Arc, PoisonError, Weak},\n};\nuse loom::sync::{Mutex, MutexGuard};",
    ),
    (
        "src/keys/shared/mod.rs",
        "use arc_swap::{ArcSwap, Guard};",
        "#[path = \"../../../tests/threads/src/arc_swap.rs\"]\nmod arc_swap;\nuse arc_swap::{ArcSwap, Guard};",
    ),
];
