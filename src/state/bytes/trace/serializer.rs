//! Shows a value to its trace.

use serde::{Serialize, Serializer};

use super::{Form, Kind, Misfit, Trace, misfit::Refused, parts::Parts};

macro_rules! show {
    ($($method:ident($type:ty) $kind:ident $as:ty),* $(,)?) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<(), Refused> {
            self.show(Kind::$kind, value as $as as u64)
        }
    )*};
}

impl<'a> Serializer for &'a mut Trace {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    show! {
        serialize_bool(bool) Unsigned u64,
        serialize_u8(u8) Unsigned u64,
        serialize_u16(u16) Unsigned u64,
        serialize_u32(u32) Unsigned u64,
        serialize_u64(u64) Unsigned u64,
        serialize_i8(i8) Signed i64,
        serialize_i16(i16) Signed i64,
        serialize_i32(i32) Signed i64,
        serialize_i64(i64) Signed i64,
        serialize_char(char) Text u64,
    }

    #[inline]
    fn serialize_u128(self, value: u128) -> Result<(), Refused> {
        self.show_wide(Kind::Unsigned, value)
    }

    #[inline]
    fn serialize_i128(self, value: i128) -> Result<(), Refused> {
        self.show_wide(Kind::Signed, value as u128)
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.show(Kind::Float, value.to_bits().into())
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        self.show(Kind::Float, value.to_bits())
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        self.show_bytes(Kind::Text, value.as_bytes())
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        self.show_bytes(Kind::Bytes, value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Refused> {
        self.show(Kind::Nothing, 0)
    }

    #[inline]
    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<(), Refused> {
        self.show(Kind::Some, 0)?;
        value.serialize(&mut *self)?;
        // With names, `Some` has no bytes of its own.
        match (self.form, self.last) {
            (Form::Named(_), Kind::Nothing) => self.refuse(Misfit::NestedNone),
            _ => Ok(()),
        }
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Refused> {
        self.show(Kind::Nothing, 0)
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.show(Kind::Tuple, 0)
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        of: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Refused> {
        self.show_variant(of, name)
    }

    #[inline]
    fn serialize_newtype_struct<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &V,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        of: &'static str,
        _: u32,
        name: &'static str,
        value: &V,
    ) -> Result<(), Refused> {
        self.show_variant(of, name)?;
        value.serialize(&mut *self)?;
        self.show(Kind::End, 0)
    }

    #[inline]
    fn serialize_seq(self, count: Option<usize>) -> Result<Parts<'a>, Refused> {
        self.counted(Kind::List, count)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Refused> {
        self.parts(Kind::Tuple, "")
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Refused> {
        self.parts(Kind::Tuple, "")
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        of: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Refused> {
        self.show_variant(of, name)?;
        self.parts(Kind::Tuple, of)
    }

    #[inline]
    fn serialize_map(self, count: Option<usize>) -> Result<Parts<'a>, Refused> {
        self.counted(Kind::Map, count)
    }

    #[inline]
    fn serialize_struct(self, of: &'static str, _: usize) -> Result<Parts<'a>, Refused> {
        self.parts(Kind::Struct, of)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        of: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Refused> {
        self.show_variant(of, name)?;
        self.parts(Kind::Struct, of)
    }

    fn is_human_readable(&self) -> bool {
        self.form != Form::Positional
    }
}
