//! A value as serde shows it: names, alternatives and content, as one number. Two values of a type that show the same are
//! taken as equal.

mod misfit;
mod parts;
mod serializer;

use serde::Serialize;

use misfit::Refused;
pub(super) use misfit::{Form, Misfit};

/// Returns a number that is the same for values that show the same, one part after another.
#[inline]
pub(super) fn trace<V: Serialize + ?Sized>(value: &V, form: Form) -> Result<u64, Misfit> {
    Trace::of(value, form, None).map(|(number, _)| number)
}

/// Compares a value with what is read of its bytes, whose traces differ. Elements of a list and entries of a map count in
/// any order here, because a hash set and a hash map have no order.
#[cold]
pub(super) fn compare<V: Serialize>(written: &V, read: &V) -> Result<(), Misfit> {
    let thorough = |value| Trace::of(value, Form::Positional, Some(Vec::new()));
    let (written, names) = thorough(written)?;
    // The other may be a value that cannot be written.
    let (read, others) = thorough(read).unwrap_or_default();
    if written == read {
        return Ok(());
    }
    let others = others.unwrap_or_default();
    let differs = names.iter().flatten().find(|name| !others.contains(name));
    Err(Misfit::Differs(differs.map(|name| (name.of, name.name))))
}

/// A field of a structure, or an alternative, that a value shows.
#[derive(PartialEq, Eq)]
struct Named {
    of: &'static str,
    name: &'static str,
    content: Option<u64>,
}

/// Serializer that stores nothing.
struct Trace {
    form: Form,
    number: u64,
    /// The kind that was shown last.
    last: Kind,
    /// Set where the value is refused, unless its own `Serialize` fails.
    misfit: Option<Misfit>,
    /// The names that were shown, the innermost first. `None`: nobody asks for them, and everything counts in its order.
    names: Option<Vec<Named>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Some,
    Unsigned,
    Signed,
    Float,
    Text,
    Bytes,
    List,
    Tuple,
    Map,
    Struct,
    Field,
    Variant,
    End,
}

#[inline]
fn mixed(number: u64, word: u64, kind: Kind) -> u64 {
    let factor = 0x9E37_79B9_7F4A_7C15 + 2 * kind as u64;
    (number.rotate_left(23) ^ word).wrapping_mul(factor)
}

/// Mixes four words at a time, which do not wait for each other.
fn mixed_blocks(blocks: &[[u8; 32]]) -> u64 {
    let mut lanes = [1, 2, 3, 4];
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = mixed(*lane, u64::from_le_bytes(*word), Kind::Text);
        }
    }
    lanes
        .into_iter()
        .fold(0, |number, lane| mixed(number, lane, Kind::Text))
}

impl Trace {
    fn new(form: Form, names: Option<Vec<Named>>) -> Trace {
        Trace {
            form,
            // Of zeros alone nothing would come but zero.
            number: 1,
            last: Kind::End,
            misfit: None,
            names,
        }
    }

    fn of<V: Serialize + ?Sized>(
        value: &V,
        form: Form,
        names: Option<Vec<Named>>,
    ) -> Result<(u64, Option<Vec<Named>>), Misfit> {
        let mut trace = Trace::new(form, names);
        match value.serialize(&mut trace) {
            Ok(()) => Ok((trace.number, trace.names)),
            Err(Refused) => Err(trace.misfit.unwrap_or(Misfit::Fails)),
        }
    }

    #[cold]
    fn refuse<T>(&mut self, misfit: Misfit) -> Result<T, Refused> {
        self.misfit = Some(misfit);
        Err(Refused)
    }

    /// Takes a word in. Nobody chooses values so that their numbers meet: whoever could would have to change the program.
    #[inline]
    fn mix(&mut self, kind: Kind, word: u64) {
        self.number = mixed(self.number, word, kind);
    }

    #[inline]
    fn show(&mut self, kind: Kind, content: u64) -> Result<(), Refused> {
        self.mix(kind, content);
        self.last = kind;
        Ok(())
    }

    #[inline]
    fn show_bytes(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), Refused> {
        let (blocks, rest) = bytes.as_chunks::<32>();
        if !blocks.is_empty() {
            self.mix(kind, mixed_blocks(blocks));
        }
        let (words, rest) = rest.as_chunks::<8>();
        for word in words {
            self.mix(kind, u64::from_le_bytes(*word));
        }
        let last = rest
            .iter()
            .fold(0, |last, &byte| last << 8 | u64::from(byte));
        self.mix(kind, last);
        self.show(kind, bytes.len() as u64)
    }

    /// Shows a name of the program, by its place and length, which no other name has. One that stands in two places
    /// makes two values different here, and they are compared by its letters.
    #[inline]
    fn show_name(&mut self, kind: Kind, name: &'static str) -> Result<(), Refused> {
        match self.names {
            None => {
                self.mix(kind, name.len() as u64);
                self.show(kind, name.as_ptr().addr() as u64)
            }
            Some(_) => self.show_bytes(kind, name.as_bytes()),
        }
    }

    fn show_wide(&mut self, kind: Kind, content: u128) -> Result<(), Refused> {
        if !self.form.keeps_wide_integers() {
            return self.refuse(Misfit::Wide);
        }
        self.show(kind, (content >> 64) as u64)?;
        self.show(kind, content as u64)
    }

    #[inline]
    fn show_variant(&mut self, of: &'static str, name: &'static str) -> Result<(), Refused> {
        if let Some(names) = &mut self.names {
            names.push(Named {
                of,
                name,
                content: None,
            });
        }
        self.show_name(Kind::Variant, name)
    }

    /// Shows an element, or returns its number where it counts in any order. `key`: the number of a map's key.
    #[inline]
    fn element<V: Serialize + ?Sized>(&mut self, value: &V, key: u64) -> Result<u64, Refused> {
        if self.names.is_none() {
            return value.serialize(self).map(|()| 0);
        }
        let mut apart = Trace::new(self.form, self.names.take());
        apart.mix(Kind::Map, key);
        let shown = value.serialize(&mut apart);
        (self.names, self.misfit) = (apart.names, apart.misfit);
        shown.map(|()| apart.number)
    }

    #[inline]
    fn field<V: Serialize + ?Sized>(
        &mut self,
        of: &'static str,
        name: &'static str,
        value: &V,
    ) -> Result<(), Refused> {
        self.show_name(Kind::Field, name)?;
        value.serialize(&mut *self)?;
        if self.names.is_some() {
            self.note(of, name, value);
        }
        Ok(())
    }

    #[cold]
    fn note<V: Serialize + ?Sized>(&mut self, of: &'static str, name: &'static str, value: &V) {
        let content = Trace::of(value, self.form, Some(Vec::new()));
        let content = content.ok().map(|(number, _)| number);
        self.names
            .get_or_insert_default()
            .push(Named { of, name, content });
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const FORMS: [Form; 2] = [Form::Named("u128"), Form::Positional];

    fn of<V: Serialize>(value: V, form: Form) -> u64 {
        trace(&value, form).unwrap()
    }

    #[test]
    fn values_of_every_kind_show_their_content() {
        macro_rules! differ {
            ($($one:expr, $other:expr;)*) => {$(for form in FORMS {
                assert_ne!(of($one, form), of($other, form), stringify!($one));
            })*};
        }
        differ! {
            false, true;
            1_u8, 2_u8;
            1_u16, 2_u16;
            1_u32, 2_u32;
            1_u64, 2_u64;
            1_i8, -1_i8;
            1_i16, -1_i16;
            1_i32, -1_i32;
            1_i64, -1_i64;
            1_u128, 2_u128;
            1_u128, 1_u128 | 1 << 64;
            1_i128, -1_i128;
            1_f32, 2_f32;
            1_f64, 2_f64;
            'a', 'b';
            "ab", "cb";
            "ab", "ac";
            "eight by", "eight bz";
            "a text of thirty-two characters!", "a text of thirty-two characters?";
            None::<u8>, Some(1_u8);
            Some(1_u8), Some(2_u8);
            (1_u8, 2_u8), (1_u8, 3_u8);
            [1_u8, 2], [2_u8, 1];
            vec![1_u8], vec![1_u8, 1];
            Ok::<u8, u8>(1), Err::<u8, u8>(1);
        }
    }

    #[test]
    fn with_names_a_value_shows_what_people_read() {
        let (id, text) = (Uuid::from_u128(7), "00000000-0000-0000-0000-000000000007");
        assert_eq!(of(id, FORMS[0]), of(text, FORMS[0]));
        assert_ne!(of(id, FORMS[1]), of(text, FORMS[1]));
    }
}
