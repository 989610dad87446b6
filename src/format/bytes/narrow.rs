//! Serializer of a dictionary's values, which refuses integers of 128 bits.
//!
//! MessagePack has no such integers. rmp-serde writes them as byte strings, and reads them again only where a type asks
//! for them itself. In a type that is `untagged`, flattened or has a `tag`, serde reads another variant, or fails.

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

/// Passes everything on but integers of 128 bits, at any depth.
pub(super) struct Narrow<S>(pub(super) S);

/// A value inside another.
struct Inner<'a, V: ?Sized>(&'a V);

impl<V: Serialize + ?Sized> Serialize for Inner<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Narrow(serializer))
    }
}

macro_rules! pass_on {
    ($($method:ident($($name:ident: $of:ty),*) -> $made:ident;)*) => {$(
        #[inline]
        fn $method(self $(, $name: $of)*) -> Result<Self::$made, S::Error> {
            pass_on!($made, self.0.$method($($name),*))
        }
    )*};
    (Ok, $passed:expr) => { $passed };
    ($made:ident, $passed:expr) => { $passed.map(Narrow) };
}

impl<S: Serializer> Serializer for Narrow<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Narrow<S::SerializeSeq>;
    type SerializeTuple = Narrow<S::SerializeTuple>;
    type SerializeTupleStruct = Narrow<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Narrow<S::SerializeTupleVariant>;
    type SerializeMap = Narrow<S::SerializeMap>;
    type SerializeStruct = Narrow<S::SerializeStruct>;
    type SerializeStructVariant = Narrow<S::SerializeStructVariant>;

    fn serialize_i128(self, _: i128) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(WIDE))
    }

    fn serialize_u128(self, _: u128) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(WIDE))
    }

    pass_on! {
        serialize_bool(value: bool) -> Ok;
        serialize_i8(value: i8) -> Ok;
        serialize_i16(value: i16) -> Ok;
        serialize_i32(value: i32) -> Ok;
        serialize_i64(value: i64) -> Ok;
        serialize_u8(value: u8) -> Ok;
        serialize_u16(value: u16) -> Ok;
        serialize_u32(value: u32) -> Ok;
        serialize_u64(value: u64) -> Ok;
        serialize_f32(value: f32) -> Ok;
        serialize_f64(value: f64) -> Ok;
        serialize_char(value: char) -> Ok;
        serialize_str(value: &str) -> Ok;
        serialize_bytes(value: &[u8]) -> Ok;
        serialize_none() -> Ok;
        serialize_unit() -> Ok;
        serialize_unit_struct(of: &'static str) -> Ok;
        serialize_unit_variant(of: &'static str, index: u32, name: &'static str) -> Ok;
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(of: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(of: &'static str, index: u32, name: &'static str, len: usize) -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(of: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(of: &'static str, index: u32, name: &'static str, len: usize) -> SerializeStructVariant;
    }

    #[inline]
    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Inner(value))
    }

    #[inline]
    fn serialize_newtype_struct<V: Serialize + ?Sized>(
        self,
        of: &'static str,
        value: &V,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(of, &Inner(value))
    }

    #[inline]
    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        of: &'static str,
        index: u32,
        name: &'static str,
        value: &V,
    ) -> Result<S::Ok, S::Error> {
        self.0
            .serialize_newtype_variant(of, index, name, &Inner(value))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! pass_on_each {
    ($($kind:ident: $($method:ident($($key:ident)?)),*;)*) => {$(
        impl<S: $kind> $kind for Narrow<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            $(
                #[inline]
                fn $method<V: Serialize + ?Sized>(
                    &mut self,
                    $($key: &'static str,)?
                    value: &V,
                ) -> Result<(), S::Error> {
                    self.0.$method($($key,)? &Inner(value))
                }
            )*

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

pass_on_each! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(name);
    SerializeStructVariant: serialize_field(name);
}

pub(super) const WIDE: &str =
    "it has an integer of 128 bits, which not every type would read again; store a string";
