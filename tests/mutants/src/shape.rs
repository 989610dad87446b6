//! What a place in the code is, and what its mutants are.

use std::ops::Range;

use crate::list::Genre;

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
