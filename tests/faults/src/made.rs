//! Code with the faults of the table, each behind a question.

use std::path::Path;

use crate::table::Fault;

/// Returns the code of a file with its faults.
pub(crate) fn into(file: &Path, mut code: String, faults: &[Fault]) -> String {
    for fault in faults.iter().filter(|fault| Path::new(&fault.file) == file) {
        let question = format!("crate::is_made({:?})", fault.name);
        code = code.replacen(&fault.find, &fault.with.replace("FAULT", &question), 1);
    }
    let is_library = |fault: &Fault| file == Path::new(library_of(&fault.file)).join("lib.rs");
    if faults.iter().any(is_library) {
        code.push_str(IS_MADE);
    }
    code
}

/// Returns the folder of the library that a file belongs to: such as `src` or `migrate/src`.
fn library_of(file: &str) -> &str {
    let end = file.find("src/").expect("a file of a library") + "src".len();
    &file[..end]
}

const IS_MADE: &str = r#"
/// Returns `true` if the fault of this name is made.
pub(crate) fn is_made(name: &str) -> bool {
    static MADE: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("HARDTACK_FAULT").ok());
    MADE.as_deref() == Some(name)
}
"#;
