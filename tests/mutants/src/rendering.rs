//! Code of a file with its mutants in it, each behind a question.

use crate::code::{Guard, Logic, Mutation, Operator, Piece, Shape, Site, Unary};

/// Code, and which of its bytes belong to which mutants.
#[derive(Default)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// Bytes of what a mutant puts into the code, or of a site with all of its mutants.
    pub(crate) places: Vec<(Piece, Vec<usize>)>,
}

/// Renders a file. Mutants that `has` denies are left out.
pub(crate) fn render(code: &str, sites: &[Site], has: impl Fn(usize) -> bool) -> Rendered {
    let mut renderer = Renderer {
        code,
        sites,
        has,
        out: Rendered::default(),
    };
    renderer.piece(0..code.len(), 0);
    renderer.out
}

struct Renderer<'a, F> {
    code: &'a str,
    sites: &'a [Site],
    has: F,
    out: Rendered,
}

impl<F: Fn(usize) -> bool> Renderer<'_, F> {
    /// Writes a piece with the sites in it, of which `from` is the first.
    fn piece(&mut self, piece: Piece, from: usize) {
        let mut at = piece.start;
        let sites = self.sites;
        for (index, site) in sites.iter().enumerate().skip(from) {
            if site.piece.start >= piece.end {
                break;
            }
            if site.piece.start < at || site.piece.end > piece.end {
                continue;
            }
            self.copy(at..site.piece.start);
            self.site(index);
            at = site.piece.end;
        }
        self.copy(at..piece.end);
    }

    fn copy(&mut self, piece: Piece) {
        self.write(&self.code[piece]);
    }

    fn write(&mut self, text: &str) {
        self.out.text.push_str(text);
    }

    /// Writes something, and remembers that it belongs to these mutants.
    fn of(&mut self, ids: Vec<usize>, write: impl FnOnce(&mut Self)) {
        let start = self.out.text.len();
        write(self);
        let end = self.out.text.len();
        self.out.places.push((start..end, ids));
    }

    fn site(&mut self, index: usize) {
        let Site { piece, shape } = &self.sites[index];
        let ids: Vec<_> = shape
            .ids()
            .into_iter()
            .filter(|id| (self.has)(*id))
            .collect();
        let inner = index + 1;
        if ids.is_empty() {
            return self.piece(piece.clone(), inner);
        }
        self.of(ids, |out| match shape {
            Shape::Body(values) => out.body(values),
            Shape::Logic(logic) => out.logic(logic, inner),
            Shape::Operator(operator) if operator.is_assignment => {
                out.assignment(operator, inner);
            }
            Shape::Operator(operator) => out.operator(operator, inner),
            Shape::Unary(unary) => out.unary(unary, inner),
            Shape::Guard(guard) => out.guard(guard, inner),
            Shape::Fields(fields) => out.fields(piece, fields, inner),
        });
    }

    /// The right side is evaluated where it would be without the mutant, or with it.
    fn logic(&mut self, logic: &Logic, inner: usize) {
        let sign = if logic.is_and { "==" } else { "!=" };
        let id = logic.id;
        self.write("{ let left__ = ");
        self.piece(logic.left.clone(), inner);
        self.write(&format!(
            "; if left__ {sign} crate::is_made({id}) {{ left__ }} else {{ "
        ));
        self.piece(logic.right.clone(), inner);
        self.write(" } }");
    }

    fn assignment(&mut self, operator: &Operator, inner: usize) {
        let by = |out: &mut Self, text: &str| {
            out.piece(operator.left.clone(), inner);
            out.write(&format!(" {text} "));
            out.piece(operator.right.clone(), inner);
        };
        self.write("{ ");
        self.choose(&operator.mutations, |out, mutation| by(out, &mutation.text));
        by(self, &operator.text);
        self.write(" } }");
    }

    /// Both sides are evaluated once, and borrowed as an operator that compares does.
    fn operator(&mut self, operator: &Operator, inner: usize) {
        self.write("(match (&(");
        self.piece(operator.left.clone(), inner);
        self.write("), &(");
        self.piece(operator.right.clone(), inner);
        self.write(")) { (left__, right__) => ");
        let by = |text: &str| format!("*left__ {text} *right__");
        self.choose(&operator.mutations, |out, mutation| {
            out.write(&by(&mutation.text));
        });
        self.write(&by(&operator.text));
        self.write(" } })");
    }

    fn unary(&mut self, unary: &Unary, inner: usize) {
        let Unary { text, id, .. } = unary;
        self.write("({ let operand__ = ");
        self.piece(unary.operand.clone(), inner);
        self.write(&format!(
            "; if crate::is_made({id}) {{ operand__ }} else {{ {text}operand__ }} }})"
        ));
    }

    fn guard(&mut self, guard: &Guard, inner: usize) {
        let is_made = |id: Option<usize>| match id.filter(|id| (self.has)(*id)) {
            Some(id) => format!("crate::is_made({id})"),
            None => "false".to_owned(),
        };
        let [without, always, never] = [guard.without, guard.always, guard.never].map(is_made);
        if guard.condition.is_none() {
            self.write(" if ");
        }
        self.write(&format!("!{without} && ({always} || (!{never} && ("));
        match &guard.condition {
            Some(condition) => self.piece(condition.clone(), inner),
            None => self.write("true"),
        }
        self.write(")))");
    }

    fn fields(&mut self, whole: &Piece, fields: &[(Piece, usize)], inner: usize) {
        self.write("({ ");
        for (piece, id) in fields {
            if (self.has)(*id) {
                self.write(&format!("if crate::is_made({id}) {{ "));
                self.of(vec![*id], |out| {
                    out.piece(whole.start..piece.start, inner);
                    out.piece(piece.end..whole.end, inner);
                });
                self.write(" } else ");
            }
        }
        self.write("{ ");
        self.piece(whole.clone(), inner);
        self.write(" } })");
    }

    fn body(&mut self, values: &[Mutation]) {
        for Mutation { id, text, .. } in values {
            if (self.has)(*id) {
                self.of(vec![*id], |out| {
                    out.write(&format!("if crate::is_made({id}) {{ return {text}; }} "));
                });
            }
        }
    }

    /// Writes `if … { one } else if … { another } else { `.
    fn choose(&mut self, mutations: &[Mutation], write: impl Fn(&mut Self, &Mutation)) {
        for mutation in mutations {
            if (self.has)(mutation.id) {
                self.write(&format!("if crate::is_made({}) {{ ", mutation.id));
                self.of(vec![mutation.id], |out| write(out, mutation));
                self.write(" } else ");
            }
        }
        self.write("{ ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list::Genre, sites};

    /// Renders `code` with mutant 7, which puts `text` in place of what begins with `at`.
    fn rendered(code: &str, genre: Genre, at: &str, text: &str) -> String {
        let mutation = Mutation {
            id: 7,
            text: text.to_owned(),
            genre,
            start: code.find(at).expect("a place in the code"),
        };
        let sites = sites::find(code, &[mutation]);
        let of_none = render(code, &sites, |_| false);
        assert!(of_none.text == code && of_none.places.is_empty());
        render(code, &sites, |_| true).text
    }

    #[test]
    fn each_mutant_stands_behind_a_question() {
        for (code, genre, at, text, expected) in [
            (
                "fn f() -> u8 { g() }",
                Genre::FnValue,
                "g()",
                "0",
                "fn f() -> u8 { if crate::is_made(7) { return 0; } g() }",
            ),
            (
                "fn f() -> bool { a && b }",
                Genre::BinaryOperator,
                "&&",
                "||",
                "fn f() -> bool { { let left__ = a; if left__ == crate::is_made(7) { left__ } else { b } } }",
            ),
            (
                "fn f() -> bool { a || b }",
                Genre::BinaryOperator,
                "||",
                "&&",
                "fn f() -> bool { { let left__ = a; if left__ != crate::is_made(7) { left__ } else { b } } }",
            ),
            (
                "fn f() { a += b; }",
                Genre::BinaryOperator,
                "+=",
                "-=",
                "fn f() { { if crate::is_made(7) { a -= b } else { a += b } }; }",
            ),
            (
                "fn f() -> bool { a < b }",
                Genre::BinaryOperator,
                "<",
                "<=",
                "fn f() -> bool { (match (&(a), &(b)) { (left__, right__) => \
                 if crate::is_made(7) { *left__ <= *right__ } else { *left__ < *right__ } }) }",
            ),
            (
                "fn f() -> bool { !a }",
                Genre::UnaryOperator,
                "!",
                "",
                "fn f() -> bool { ({ let operand__ = a; if crate::is_made(7) { operand__ } else { !operand__ } }) }",
            ),
            (
                "fn f() { match a { b if c => d, _ => e } }",
                Genre::MatchArmGuard,
                "c =>",
                "true",
                "fn f() { match a { b if !false && (crate::is_made(7) || (!false && (c))) => d, _ => e } }",
            ),
            (
                "fn f() { match a { b => d, _ => e } }",
                Genre::MatchArm,
                "b",
                "",
                "fn f() { match a { b if !crate::is_made(7) && (false || (!false && (true))) => d, _ => e } }",
            ),
            (
                "fn f() -> S { S { a: b, ..c } }",
                Genre::StructField,
                "a: b",
                "",
                "fn f() -> S { ({ if crate::is_made(7) { S {  ..c } } else { S { a: b, ..c } } }) }",
            ),
        ] {
            assert_eq!(rendered(code, genre, at, text), expected, "{code}");
        }
    }

    #[test]
    fn what_is_constant_or_of_an_opaque_type_stays_as_it_is() {
        for (code, genre, at) in [
            ("const fn f() -> u8 { g() }", Genre::FnValue, "g()"),
            ("fn f() -> impl Iterator { g() }", Genre::FnValue, "g()"),
            ("const A: u8 = 1 + 2;", Genre::BinaryOperator, "+"),
            (
                "fn f() { match a { B => c, D => e } }",
                Genre::MatchArm,
                "B",
            ),
            (
                "fn f() { if a && let b = c {} }",
                Genre::BinaryOperator,
                "&&",
            ),
        ] {
            assert_eq!(rendered(code, genre, at, "0"), code);
        }
    }
}
