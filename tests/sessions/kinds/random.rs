//! Random shapes, of which the two sides may have different parts: what is stored is read as it was.

use std::cell::RefCell;

use fastrand::Rng;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, EnumAccess, SeqAccess, VariantAccess, Visitor},
    ser::{Error, SerializeSeq, SerializeStruct},
};

use super::in_a_type;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// The shape of a type, as `Deserialize` sees it and `Serialize` writes it.
#[derive(Clone, Debug)]
enum Shape {
    Flag,
    Byte,
    Number,
    Text,
    Maybe(Box<Shape>),
    List(Box<Shape>),
    Fields(Vec<Part>),
    Choice(Vec<Part>),
}

/// A field or an alternative, under the name of its place.
#[derive(Clone, Debug)]
struct Part {
    is_written: bool,
    is_read: bool,
    /// Left out where its value is the default one.
    may_be_left_out: bool,
    shape: Shape,
}

/// A value of a shape.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Flag(bool),
    Byte(u8),
    Number(i64),
    Text(String),
    Maybe(Option<Box<Value>>),
    List(Vec<Value>),
    Fields(Vec<Value>),
    Choice(usize, Box<Value>),
}

impl Shape {
    fn random(rng: &mut Rng, depth: u8, is_even: bool) -> Shape {
        let inner = |rng: &mut Rng| Box::new(Shape::random(rng, depth - 1, is_even));
        match rng.u8(..if depth == 0 { 4 } else { 8 }) {
            0 => Shape::Flag,
            1 => Shape::Byte,
            2 => Shape::Number,
            3 => Shape::Text,
            4 => Shape::Maybe(inner(rng)),
            5 => Shape::List(inner(rng)),
            6 => Shape::Fields(Part::some(rng, depth, is_even)),
            _ => Shape::Choice(Part::some(rng, depth, is_even)),
        }
    }

    fn default(&self) -> Value {
        match self {
            Shape::Flag => Value::Flag(false),
            Shape::Byte => Value::Byte(0),
            Shape::Number => Value::Number(0),
            Shape::Text => Value::Text(String::new()),
            Shape::Maybe(_) => Value::Maybe(None),
            Shape::List(_) => Value::List(Vec::new()),
            Shape::Fields(parts) => {
                Value::Fields(parts.iter().map(|part| part.shape.default()).collect())
            }
            Shape::Choice(parts) => Value::Choice(0, Box::new(parts[0].shape.default())),
        }
    }

    fn value(&self, rng: &mut Rng) -> Value {
        match self {
            Shape::Flag => Value::Flag(rng.bool()),
            Shape::Byte => Value::Byte(rng.u8(..3)),
            Shape::Number => Value::Number(rng.i64(-3..3)),
            Shape::Text => Value::Text("x".repeat(rng.usize(..3))),
            Shape::Maybe(inner) => Value::Maybe(rng.bool().then(|| Box::new(inner.value(rng)))),
            Shape::List(inner) => Value::List((0..rng.u8(..3)).map(|_| inner.value(rng)).collect()),
            Shape::Fields(parts) => {
                let field = |part: &Part| {
                    if part.is_written {
                        part.shape.value(rng)
                    } else {
                        // Nobody expects that it is kept.
                        part.shape.default()
                    }
                };
                Value::Fields(parts.iter().map(field).collect())
            }
            Shape::Choice(parts) => {
                let index = rng.usize(..parts.len());
                Value::Choice(index, Box::new(parts[index].shape.value(rng)))
            }
        }
    }
}

impl Part {
    fn some(rng: &mut Rng, depth: u8, is_even: bool) -> Vec<Part> {
        let count = rng.usize(1..=NAMES.len());
        let part = |_| Part {
            is_written: is_even || rng.u8(..8) > 0,
            is_read: is_even || rng.u8(..8) > 0,
            may_be_left_out: !is_even && rng.u8(..8) == 0,
            shape: Shape::random(rng, depth - 1, is_even),
        };
        (0..count).map(part).collect()
    }
}

thread_local! {
    /// The shape of `Dynamic` in this thread.
    static SHAPE: RefCell<Shape> = const { RefCell::new(Shape::Flag) };
}

/// A type of a shape that is chosen while the program runs.
#[derive(Clone, Debug, PartialEq)]
struct Dynamic(Value);

impl Serialize for Dynamic {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let shape = SHAPE.with_borrow(Shape::clone);
        Of(&shape, &self.0).serialize(to)
    }
}

struct Of<'a>(&'a Shape, &'a Value);

impl Serialize for Of<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (Shape::Flag, Value::Flag(flag)) => to.serialize_bool(*flag),
            (Shape::Byte, Value::Byte(byte)) => to.serialize_u8(*byte),
            (Shape::Number, Value::Number(number)) => to.serialize_i64(*number),
            (Shape::Text, Value::Text(text)) => to.serialize_str(text),
            (Shape::Maybe(_), Value::Maybe(None)) => to.serialize_none(),
            (Shape::Maybe(shape), Value::Maybe(Some(value))) => {
                to.serialize_some(&Of(shape, value))
            }
            (Shape::List(shape), Value::List(values)) => {
                let mut list = to.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Of(shape, value))?;
                }
                list.end()
            }
            (Shape::Fields(parts), Value::Fields(values)) => {
                let mut fields = to.serialize_struct("Fields", parts.len())?;
                for ((part, value), name) in parts.iter().zip(values).zip(NAMES) {
                    if part.may_be_left_out && *value == part.shape.default() {
                        fields.skip_field(name)?;
                    } else if part.is_written {
                        fields.serialize_field(name, &Of(&part.shape, value))?;
                    }
                }
                fields.end()
            }
            (Shape::Choice(parts), Value::Choice(index, value)) => {
                let (part, name) = (&parts[*index], NAMES[*index]);
                if !part.is_written {
                    return Err(S::Error::custom("skipped"));
                }
                let content = Of(&part.shape, value);
                to.serialize_newtype_variant("Choice", *index as u32, name, &content)
            }
            _ => unreachable!("a value of its shape"),
        }
    }
}

impl<'de> Deserialize<'de> for Dynamic {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Dynamic, D::Error> {
        let shape = SHAPE.with_borrow(Shape::clone);
        (&shape).deserialize(from).map(Dynamic)
    }
}

impl<'de> DeserializeSeed<'de> for &Shape {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        match self {
            Shape::Flag => bool::deserialize(from).map(Value::Flag),
            Shape::Byte => u8::deserialize(from).map(Value::Byte),
            Shape::Number => i64::deserialize(from).map(Value::Number),
            Shape::Text => String::deserialize(from).map(Value::Text),
            Shape::Maybe(_) => from.deserialize_option(Reader(self)),
            Shape::List(_) => from.deserialize_seq(Reader(self)),
            // As serde's derive does, the names are those of the parts that are read.
            Shape::Fields(parts) => from.deserialize_struct("Fields", names(parts), Reader(self)),
            Shape::Choice(parts) => from.deserialize_enum("Choice", names(parts), Reader(self)),
        }
    }
}

fn names(parts: &[Part]) -> &'static [&'static str] {
    let read = parts.iter().filter(|part| part.is_read).count();
    &NAMES[..read]
}

struct Reader<'a>(&'a Shape);

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value of the shape")
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Maybe(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let Shape::Maybe(inner) = self.0 else {
            unreachable!("asked for an option")
        };
        let value = inner.deserialize(from)?;
        Ok(Value::Maybe(Some(Box::new(value))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Value, A::Error> {
        let fields = match self.0 {
            Shape::List(inner) => {
                let mut values = Vec::new();
                while let Some(value) = parts.next_element_seed(&**inner)? {
                    values.push(value);
                }
                return Ok(Value::List(values));
            }
            Shape::Fields(fields) => fields,
            _ => unreachable!("asked for several values"),
        };
        let mut values = Vec::new();
        for field in fields {
            let value = if field.is_read {
                parts.next_element_seed(&field.shape)?
            } else {
                Some(field.shape.default())
            };
            values.push(value.ok_or_else(|| de::Error::custom("too short"))?);
        }
        Ok(Value::Fields(values))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, choice: A) -> Result<Value, A::Error> {
        let Shape::Choice(parts) = self.0 else {
            unreachable!("asked for an alternative")
        };
        let (number, content) = choice.variant::<u32>()?;
        let mut read = parts.iter().enumerate().filter(|(_, part)| part.is_read);
        let chosen = read.nth(number as usize);
        let (index, part) = chosen.ok_or_else(|| de::Error::custom("no such alternative"))?;
        let value = content.newtype_variant_seed(&part.shape)?;
        Ok(Value::Choice(index, Box::new(value)))
    }
}

/// Stores random values of random shapes, and returns how many were stored and refused.
fn attempts(is_even: bool) -> (u32, u32) {
    let (mut stored, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let rng = &mut Rng::with_seed(seed);
        let shape = Shape::random(rng, 3, is_even);
        SHAPE.set(shape.clone());
        for _ in 0..3 {
            let value = Dynamic(shape.value(rng));
            match in_a_type(&value) {
                Ok(read) => {
                    assert_eq!(read.as_ref(), Some(&value), "{seed}: {shape:?}");
                    stored += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    (stored, refused)
}

#[test]
fn a_shape_that_both_sides_have_is_always_stored() {
    assert_eq!(attempts(true).1, 0);
}

#[test]
fn of_a_shape_with_differences_what_is_stored_is_read_as_it_was() {
    let (stored, refused) = attempts(false);
    assert!(stored > 1_000 && refused > 1_000, "{stored}, {refused}");
}
