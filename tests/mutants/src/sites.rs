//! Places in the code of a file at which mutants are made.

use proc_macro2::Span;
use syn::{
    Arm, BinOp, Expr, ExprBinary, ExprMatch, ExprStruct, ExprUnary, ImplItemFn, ItemConst, ItemFn,
    ItemStatic, Pat, TraitItemFn,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{
    code::{Guard, Logic, Mutation, Operator, Piece, Shape, Site, Unary},
    list::Genre,
};

/// Finds the sites of mutants in a file.
pub(crate) fn find(code: &str, mutations: &[Mutation]) -> Vec<Site> {
    let file = syn::parse_file(code).expect("a file of Rust");
    let mut finder = Finder {
        code,
        mutations,
        sites: Vec::new(),
    };
    finder.visit_file(&file);
    let mut sites = finder.sites;
    // What contains others stands before them.
    sites.sort_by_key(|site| {
        let Piece { start, end } = site.piece;
        (start, start != end, usize::MAX - end)
    });
    sites
}

struct Finder<'a> {
    code: &'a str,
    mutations: &'a [Mutation],
    sites: Vec<Site>,
}

impl Finder<'_> {
    fn at(&self, start: usize, genre: Genre) -> Vec<Mutation> {
        let at = |mutation: &&Mutation| mutation.start == start && mutation.genre == genre;
        self.mutations.iter().filter(at).cloned().collect()
    }

    fn id_at(&self, start: usize, genre: Genre) -> Option<usize> {
        self.at(start, genre).first().map(|mutation| mutation.id)
    }

    fn add(&mut self, piece: Piece, shape: Shape) {
        self.sites.push(Site { piece, shape });
    }

    /// A function whose result is opaque has one type of result, which another value does not have.
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) -> bool {
        let is_const = signature.constness.is_some();
        let output = self.code[bytes(signature.output.span())].to_owned();
        if let (false, false, Some(first)) =
            (is_const, output.contains("impl "), block.stmts.first())
        {
            let start = bytes(first.span()).start;
            let values = self.at(start, Genre::FnValue);
            if !values.is_empty() {
                self.add(start..start, Shape::Body(values));
            }
        }
        !is_const
    }

    fn arm(&mut self, arm: &Arm, may_be_left_out: bool) {
        let condition = match &arm.pat {
            Pat::Guard(guard) => Some(bytes(guard.guard.span())),
            _ => None,
        };
        let values = condition
            .iter()
            .flat_map(|piece| self.at(piece.start, Genre::MatchArmGuard));
        let values: Vec<_> = values.collect();
        let by = |text: &str| {
            let mut with = values.iter().filter(|mutation| mutation.text == text);
            with.next().map(|mutation| mutation.id)
        };
        let without = self.id_at(bytes(arm.span()).start, Genre::MatchArm);
        let shape = Shape::Guard(Guard {
            without: without.filter(|_| may_be_left_out),
            always: by("true"),
            never: by("false"),
            condition: condition.clone(),
        });
        let end = bytes(arm.pat.span()).end;
        self.add(condition.unwrap_or(end..end), shape);
    }
}

impl Visit<'_> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &ItemFn) {
        if self.function(&item.sig, &item.block) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        if self.function(&item.sig, &item.block) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &TraitItemFn) {
        let is_visited = match &item.default {
            Some(block) => self.function(&item.sig, block),
            None => false,
        };
        if is_visited {
            visit::visit_trait_item_fn(self, item);
        }
    }

    // What is asked at run time cannot be constant.
    fn visit_item_const(&mut self, _: &ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &syn::ImplItemConst) {}
    fn visit_item_static(&mut self, _: &ItemStatic) {}
    fn visit_expr_const(&mut self, _: &syn::ExprConst) {}
    fn visit_type_array(&mut self, _: &syn::TypeArray) {}

    fn visit_expr_repeat(&mut self, repeat: &syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    fn visit_expr_binary(&mut self, binary: &ExprBinary) {
        let operator = bytes(binary.op.span());
        let mutations = self.at(operator.start, Genre::BinaryOperator);
        let (left, right) = (bytes(binary.left.span()), bytes(binary.right.span()));
        match (binary.op, mutations.first()) {
            (_, None) => {}
            (BinOp::And(_), Some(_)) if has_let(binary) => {}
            (BinOp::And(_) | BinOp::Or(_), Some(first)) => {
                let shape = Shape::Logic(Logic {
                    is_and: matches!(binary.op, BinOp::And(_)),
                    id: first.id,
                    left,
                    right,
                });
                self.add(bytes(binary.span()), shape);
            }
            (_, Some(_)) => {
                let text = self.code[operator].to_owned();
                let shape = Shape::Operator(Operator {
                    is_assignment: is_assignment(&text),
                    text,
                    left,
                    right,
                    mutations,
                });
                self.add(bytes(binary.span()), shape);
            }
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &ExprUnary) {
        let operator = bytes(unary.op.span());
        if let Some(id) = self.id_at(operator.start, Genre::UnaryOperator) {
            let shape = Shape::Unary(Unary {
                text: self.code[operator].to_owned(),
                operand: bytes(unary.expr.span()),
                id,
            });
            self.add(bytes(unary.span()), shape);
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_match(&mut self, expression: &ExprMatch) {
        // Without one, a match that lacks an arm does not compile.
        let has_catch_all = expression
            .arms
            .iter()
            .any(|arm| matches!(arm.pat, Pat::Wild(_)));
        for arm in &expression.arms {
            self.arm(arm, has_catch_all);
        }
        visit::visit_expr_match(self, expression);
    }

    fn visit_expr_struct(&mut self, expression: &ExprStruct) {
        let fields = expression.fields.pairs().filter_map(|field| {
            let piece = bytes(field.value().span());
            let id = self.id_at(piece.start, Genre::StructField)?;
            let end = field
                .punct()
                .map_or(piece.end, |comma| bytes(comma.span()).end);
            Some((piece.start..end, id))
        });
        let fields: Vec<_> = fields.collect();
        if !fields.is_empty() {
            self.add(bytes(expression.span()), Shape::Fields(fields));
        }
        visit::visit_expr_struct(self, expression);
    }
}

fn has_let(binary: &ExprBinary) -> bool {
    let has_let_in = |side: &Expr| match side {
        Expr::Let(_) => true,
        Expr::Binary(inner) => matches!(inner.op, BinOp::And(_)) && has_let(inner),
        _ => false,
    };
    has_let_in(&binary.left) || has_let_in(&binary.right)
}

fn is_assignment(operator: &str) -> bool {
    operator.ends_with('=') && !["==", "!=", "<=", ">="].contains(&operator)
}

fn bytes(span: Span) -> Piece {
    span.byte_range()
}
