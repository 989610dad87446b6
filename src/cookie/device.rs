//! The bound cookies of a device: `name.b-` and the tag of a device (docs/spec/carriers.md § 9.9).

/// The values of the bound cookies of a request, at most [`MOST`].
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundCookies(Vec<Vec<u8>>);

impl BoundCookies {
    /// Adds the cookie whose pair goes on with `rest` after `name.b-`.
    pub(super) fn push(&mut self, rest: &[u8], unquoted: impl FnOnce(&[u8]) -> &[u8]) {
        let Some((_, [b'=', value @ ..])) = rest.split_at_checked(TAG_LEN) else {
            return;
        };
        let value = unquoted(value);
        if self.0.len() < MOST && value.len() <= LONGEST {
            self.0.push(value.to_vec());
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// Characters of a tag.
const TAG_LEN: usize = 8;
/// A browser has one for each sign-in of the last minutes.
const MOST: usize = 4;
/// Characters. Ours have about 100.
const LONGEST: usize = 256;
