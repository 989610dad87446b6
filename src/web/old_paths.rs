//! Paths at which a browser may have the old cookies of a request, if the program has described them with another one.
//!
//! A browser drops a cookie at its own path only. With a wrong one, it would keep the old cookie, and the next page
//! after a sign-out would take its session over again. A request tells which paths the cookie may have: `/`, and those
//! above the request's own.

use super::framework::Fields;
use crate::carrier::fields::CookieFields;

/// Fields that drop the old cookies that came with a request, at each path that they may have.
#[derive(Default)]
pub(super) struct OldPaths(Vec<(String, Vec<String>)>);

impl OldPaths {
    /// Looks for old cookies in a request for `path`.
    #[inline]
    pub(super) fn of<'p, F: Fields>(
        fields: &CookieFields,
        request: &F,
        path: &dyn Fn() -> &'p str,
    ) -> OldPaths {
        if fields.old().is_empty() {
            return OldPaths::default();
        }
        let (name, path) = (F::COOKIE, path());
        let cookies: Vec<_> = request.values(&name).collect();
        OldPaths(fields.old_at(&cookies, || above(path)))
    }

    /// Adds the fields for those old cookies that the response drops.
    pub(super) fn drop_in<F: Fields>(&self, response: &mut F) {
        for (own, others) in &self.0 {
            let is_dropped = |field: &[u8]| field == own.as_bytes();
            if response.values(&F::SET_COOKIE).any(is_dropped) {
                for other in others {
                    response.add(F::SET_COOKIE, F::sensitive(other.clone()));
                }
            }
        }
    }
}

/// Returns the paths other than `/` of cookies that a browser sends to `path` (RFC 6265 section 5.1.4), the shortest
/// first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let slashes = path.match_indices('/').map(|(at, _)| at).skip(1);
    // Enough for the paths that are taken, even if the first is `/`. Checking every prefix would take quadratic time.
    let folders = slashes.take(4).flat_map(|at| [&path[..at], &path[..=at]]);
    let page = std::iter::once(path).filter(|path| !path.ends_with('/'));
    let all = folders.chain(page);
    // The visitor may choose the path, which must not add attributes.
    let is_of_attribute = |byte: u8| byte.is_ascii_graphic() && !b";,".contains(&byte);
    let is_path = move |path: &&str| path.len() > 1 && path.bytes().all(is_of_attribute);
    all.filter(is_path).take(MOST_PATHS)
}

/// Programs set their cookies at short paths, of one or two folders, and each path takes a field of the response.
const MOST_PATHS: usize = 6;

#[cfg(test)]
mod tests {
    use super::above;

    /// With all of them, this would compare two billion bytes.
    #[test]
    fn only_the_first_folders_are_looked_at() {
        let path = format!("/{};{}", "a".repeat(30_000), "/".repeat(30_000));
        assert_eq!(above(&path).count(), 0);
        let paths: Vec<_> = above("//a/b/c/d/e").collect();
        assert_eq!(paths, ["//", "//a", "//a/", "//a/b", "//a/b/", "//a/b/c"]);
    }
}
