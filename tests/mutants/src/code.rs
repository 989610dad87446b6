//! The libraries with their mutants.
//!
//! What a place in the code is, and what its mutants are.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    ops::Range,
    path::Path,
};

use crate::{
    list::{Genre, Mutant, Place},
    rendering::{self, Rendered},
    sites,
};

/// Files that have mutants, and which mutants are in them.
pub(crate) struct Code {
    files: BTreeMap<String, File>,
    /// Mutants that are in the copy.
    made: HashSet<usize>,
    /// Of all mutants.
    count: usize,
}

struct File {
    code: String,
    sites: Vec<Site>,
}

impl Code {
    pub(crate) fn read(root: &Path, mutants: &[Mutant]) -> Code {
        let mut by_file: BTreeMap<String, Vec<&Mutant>> = BTreeMap::new();
        for mutant in mutants {
            by_file.entry(mutant.file.clone()).or_default().push(mutant);
        }
        let files = by_file.into_iter().map(|(name, mutants)| {
            let code = fs::read_to_string(root.join(&name)).expect("a file of the library");
            let mutations = mutants.into_iter().map(|mutant| Mutation {
                id: mutant.id,
                text: mutant.replacement.clone(),
                genre: mutant.genre,
                start: offset(&code, mutant.span.start),
            });
            let sites = sites::find(&code, &mutations.collect::<Vec<_>>());
            (name, File { code, sites })
        });
        let files: BTreeMap<_, _> = files.collect();
        let sites = files.values().flat_map(|file| &file.sites);
        Code {
            made: sites.flat_map(|site| site.shape.ids()).collect(),
            count: mutants.len(),
            files,
        }
    }

    pub(crate) fn has(&self, id: usize) -> bool {
        self.made.contains(&id)
    }

    pub(crate) fn count(&self) -> usize {
        self.made.len()
    }

    pub(crate) fn leave_out(&mut self, id: usize) {
        self.made.remove(&id);
    }

    /// Renders a file, if it has mutants.
    pub(crate) fn rendered(&self, file: &str) -> Option<Rendered> {
        let File { code, sites } = self.files.get(file)?;
        Some(rendering::render(code, sites, |id| self.has(id)))
    }

    /// Returns what a file of the copy has in place of this text.
    pub(crate) fn changed(&self, file: &Path, text: String) -> String {
        let name = file.to_str().unwrap_or_default();
        let text = self.rendered(name).map_or(text, |rendered| rendered.text);
        with_question(file, text, self.count)
    }
}

/// Adds to the root of a library the function that says which of `count` changes is made.
pub(crate) fn with_question(file: &Path, mut text: String, count: usize) -> String {
    if [
        "src/lib.rs",
        "crates/device/src/lib.rs",
        "crates/migrate/src/lib.rs",
    ]
    .map(Path::new)
    .contains(&file)
    {
        text.push_str(&IS_MADE.replace("COUNT", &count.to_string()));
    }
    text
}

fn offset(code: &str, place: Place) -> usize {
    let lines = code.split_inclusive('\n');
    let before: usize = lines.clone().take(place.line - 1).map(str::len).sum();
    let line = lines.clone().nth(place.line - 1).unwrap_or_default();
    let letters = line.char_indices().map(|(at, _)| at);
    before + letters.clone().nth(place.column - 1).unwrap_or(line.len())
}

const IS_MADE: &str = r#"
/// Returns `true` if this change is made. Writes into a file which changes are asked for, if there is one.
pub(crate) fn is_made(change: usize) -> bool {
    use std::{
        fs::File,
        io::Write as _,
        sync::{
            LazyLock,
            atomic::{AtomicBool, Ordering},
        },
    };
    static MADE: LazyLock<Option<usize>> =
        LazyLock::new(|| std::env::var("HARDTACK_MUTANT").ok()?.parse().ok());
    static REACHED: LazyLock<Option<File>> = LazyLock::new(|| {
        let file = std::env::var("HARDTACK_REACHED").ok()?;
        File::options().create(true).append(true).open(file).ok()
    });
    static SEEN: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
    if let Some(mut file) = REACHED.as_ref()
        && !SEEN[change].swap(true, Ordering::Relaxed)
    {
        let _ = file.write_all(format!("{change}\n").as_bytes());
    }
    *MADE == Some(change)
}
"#;

/// Bytes of a file.
pub(crate) type Piece = Range<usize>;

/// A place, and what is there.
pub(crate) struct Site {
    pub(crate) piece: Piece,
    pub(crate) shape: Shape,
}

pub(crate) enum Shape {
    /// Begin of the body of a function, which may end at once, with a value.
    Body(Vec<Mutation>),
    Logic(Logic),
    Operator(Operator),
    Unary(Unary),
    Guard(Guard),
    /// Fields of a struct that may be left out, because they stand before `..rest`.
    Fields(Vec<(Piece, usize)>),
}

/// `left && right`, or with `||`.
pub(crate) struct Logic {
    pub(crate) left: Piece,
    pub(crate) right: Piece,
    pub(crate) is_and: bool,
    pub(crate) id: usize,
}

/// `left + right`, `left += right`, and all others.
pub(crate) struct Operator {
    pub(crate) left: Piece,
    pub(crate) text: String,
    pub(crate) right: Piece,
    pub(crate) is_assignment: bool,
    pub(crate) mutations: Vec<Mutation>,
}

/// `!operand`, `-operand`.
pub(crate) struct Unary {
    pub(crate) text: String,
    pub(crate) operand: Piece,
    pub(crate) id: usize,
}

/// Condition of an arm of `match`, if there is one. The arm may be left out.
pub(crate) struct Guard {
    pub(crate) condition: Option<Piece>,
    pub(crate) without: Option<usize>,
    pub(crate) always: Option<usize>,
    pub(crate) never: Option<usize>,
}

impl Shape {
    /// Returns the mutants of the place.
    pub(crate) fn ids(&self) -> Vec<usize> {
        match self {
            Shape::Body(mutations) | Shape::Operator(Operator { mutations, .. }) => {
                mutations.iter().map(|mutation| mutation.id).collect()
            }
            Shape::Logic(Logic { id, .. }) | Shape::Unary(Unary { id, .. }) => vec![*id],
            Shape::Guard(guard) => [guard.without, guard.always, guard.never]
                .into_iter()
                .flatten()
                .collect(),
            Shape::Fields(fields) => fields.iter().map(|(_, id)| *id).collect(),
        }
    }
}

/// A mutant, and what it puts in place of the code.
#[derive(Clone)]
pub(crate) struct Mutation {
    pub(crate) id: usize,
    pub(crate) text: String,
    pub(crate) genre: Genre,
    /// First byte of what it replaces.
    pub(crate) start: usize,
}
