//! Shows the parts of a value to its trace: elements, entries and fields.

use std::mem;

use serde::{
    Serialize,
    ser::{self, SerializeMap, SerializeSeq},
};

use super::{Form, Kind, Misfit, Trace, misfit::Refused};

/// Parts of a value, shown one after another.
pub(super) struct Parts<'a> {
    trace: &'a mut Trace,
    of: &'static str,
    /// Of those that count in any order.
    sum: u64,
    key: u64,
}

impl Trace {
    /// Begins a list or a map.
    pub(super) fn counted(
        &mut self,
        kind: Kind,
        count: Option<usize>,
    ) -> Result<Parts<'_>, Refused> {
        match (self.form, count) {
            (Form::Positional, None) => self.refuse(Misfit::Uncounted),
            _ => self.parts(kind, ""),
        }
    }

    pub(super) fn parts(&mut self, kind: Kind, of: &'static str) -> Result<Parts<'_>, Refused> {
        self.show(kind, 0)?;
        Ok(Parts {
            trace: self,
            of,
            sum: 0,
            key: 0,
        })
    }
}

impl Parts<'_> {
    fn finish(self) -> Result<(), Refused> {
        self.trace.show(Kind::End, self.sum)
    }
}

impl SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_element<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Refused> {
        self.sum = self.sum.wrapping_add(self.trace.element(value, 0)?);
        Ok(())
    }

    fn end(self) -> Result<(), Refused> {
        self.finish()
    }
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<V: Serialize + ?Sized>(&mut self, key: &V) -> Result<(), Refused> {
        self.key = self.trace.element(key, 0)?;
        Ok(())
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Refused> {
        let key = mem::take(&mut self.key);
        self.sum = self.sum.wrapping_add(self.trace.element(value, key)?);
        Ok(())
    }

    fn end(self) -> Result<(), Refused> {
        self.finish()
    }
}

macro_rules! by_position {
    ($($parts:ident, $method:ident);* $(;)?) => {$(
        impl ser::$parts for Parts<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<V: Serialize + ?Sized>(&mut self, value: &V) -> Result<(), Refused> {
                value.serialize(&mut *self.trace)
            }

            fn end(self) -> Result<(), Refused> {
                self.finish()
            }
        }
    )*};
}

by_position! {
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
    SerializeTupleVariant, serialize_field;
}

macro_rules! by_name {
    ($($parts:ident),*) => {$(
        impl ser::$parts for Parts<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<V: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &V,
            ) -> Result<(), Refused> {
                self.trace.field(self.of, name, value)
            }

            /// Called for each field that `skip_serializing_if` leaves out.
            fn skip_field(&mut self, name: &'static str) -> Result<(), Refused> {
                match self.trace.form {
                    Form::Named(_) => Ok(()),
                    Form::Positional => self.trace.refuse(Misfit::LeftOut(self.of, name)),
                }
            }

            fn end(self) -> Result<(), Refused> {
                self.finish()
            }
        }
    )*};
}

by_name!(SerializeStruct, SerializeStructVariant);
