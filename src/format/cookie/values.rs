//! At most four values of one name in a request. `session/duplicates.rs` chooses among them.

use super::parts::{Neighbours, PartNumbers, Whole};
use crate::format::base::Reason;

/// Distinct values of one name, at most [`MOST_VALUES`], in the order of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    text: Vec<u8>,
    /// Ends of the values in `text`. Small, because the whole struct is moved with each request.
    ends: [u32; MOST_VALUES],
    count: u8,
    /// `true` if there were more distinct values than are kept.
    pub(crate) has_more: bool,
    /// `true` if a value may be in parts, as only a cookie's value can.
    are_cookies: bool,
    /// Numbers of the parts that were sent.
    pub(crate) carried: PartNumbers,
    /// `None` in most requests.
    pub(super) neighbours: Option<Box<Neighbours>>,
}

impl Values {
    pub(crate) fn of_cookies() -> Values {
        Values {
            are_cookies: true,
            ..Values::default()
        }
    }

    /// Returns the values, without joining parts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        let ends = self.ends[..usize::from(self.count)].iter();
        ends.map(move |&end| {
            let end = end as usize;
            let value = &self.text[start..end];
            start = end;
            value
        })
    }

    /// Returns the values, each joined with its parts, unless it is already longer than `longest`.
    pub(crate) fn whole(&self, longest: usize) -> impl Iterator<Item = Result<Whole<'_>, Reason>> {
        self.iter().map(move |value| {
            if self.are_cookies && value.len() <= longest {
                return Whole::assemble(value, self.neighbours.as_deref());
            }
            Ok(Whole::in_one_cookie(value))
        })
    }

    /// Returns `true` if the request carried nothing of this name, not even a part.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0 && self.carried == PartNumbers::default()
    }

    /// Returns the length of the values and of the parts.
    pub(crate) fn len(&self) -> usize {
        let parts = self.neighbours.as_ref().map_or(0, |those| those.len());
        self.text.len() + parts
    }

    /// Adds a value. If it is longer than `longest`, it is cut to one byte more, so that it is still too long.
    pub(crate) fn push(&mut self, value: &[u8], longest: usize) {
        let value = &value[..value.len().min(longest + 1)];
        if self.iter().any(|known| known == value) {
            return;
        }
        let count = usize::from(self.count);
        if count == MOST_VALUES {
            self.has_more = true;
            return;
        }
        if count == 0 {
            // This is the usual case. Growing a vector takes longer than creating one.
            self.text = value.to_vec();
        } else {
            self.text.extend_from_slice(value);
        }
        self.ends[count] = u32::try_from(self.text.len()).expect("values are cut");
        self.count += 1;
    }

    /// Adds the value of a cookie by its [number](super::parts::part_number), cut in the same way.
    pub(crate) fn push_part(&mut self, number: usize, value: &[u8], longest: usize) {
        if number == 0 {
            return self.push(value, longest);
        }
        let neighbours = self.neighbours.get_or_insert_default();
        neighbours.push_part(number, value, longest);
        self.carried.insert(number);
    }
}

/// Largest number of distinct values (docs/spec/carriers.md § 9.1.4). Browsers seldom send more unless someone planted them.
pub(super) const MOST_VALUES: usize = 4;
