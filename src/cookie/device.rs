//! The bound cookies of a device: `name.b-` and the tag of a device (docs/spec/carriers.md § 9.9).

/// The bound cookies of a request by their tags, at most [`MOST`].
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundCookies(Vec<([u8; TAG_LEN], Vec<u8>)>);

impl BoundCookies {
    /// Adds the cookie whose pair goes on with `rest` after `name.b-`.
    pub(super) fn push(&mut self, rest: &[u8], unquoted: impl FnOnce(&[u8]) -> &[u8]) {
        let Some((tag, [b'=', value @ ..])) = rest.split_first_chunk() else {
            return;
        };
        let value = unquoted(value);
        if self.0.len() < MOST && value.len() <= LONGEST {
            self.0.push((*tag, value.to_vec()));
        }
    }

    /// The values under a tag, as many as are worth opening.
    pub(crate) fn of(&self, tag: &str) -> impl Iterator<Item = &[u8]> {
        let cookies = self.0.iter();
        let tagged = cookies.filter(move |(found, _)| found == tag.as_bytes());
        tagged.map(|(_, value)| &**value).take(MOST_OPENED)
    }

    /// The last values, which browsers sort to the end because they are the youngest.
    pub(crate) fn youngest(&self) -> impl Iterator<Item = &[u8]> {
        let cookies = self.0.iter().rev();
        cookies.map(|(_, value)| &**value).take(MOST_OPENED)
    }
}

/// Characters of a tag.
const TAG_LEN: usize = 8;
/// A browser has one for each session of a device, and may keep some that nobody ended.
const MOST: usize = 32;
const MOST_OPENED: usize = 4;
/// Characters. Ours have about 100.
const LONGEST: usize = 256;
