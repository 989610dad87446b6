//! Check of an address of the own site, for a redirect.

/// Returns `next` if it is a path of this site, with or without a query and a fragment. The path must not contain `//`,
/// and all of `next` must be visible ASCII without a backslash.
///
/// A sign-in page redirects to the page that the visitor wanted, which its address names: `/sign-in?next=%2Fcart`.
/// Anyone can write such a link, so it must not lead to another site. Pass `next` decoded once, as the extractor of the
/// query or the form returns it.
///
/// # Examples
///
/// ```
/// use hardtack::web::local_path;
///
/// assert_eq!(local_path("/cart?page=2"), Some("/cart?page=2"));
/// assert_eq!(local_path("https://evil.example/"), None);
/// assert_eq!(local_path("/\\evil.example/"), None); // for a browser a host
/// ```
#[must_use]
pub fn local_path(next: &str) -> Option<&str> {
    let path = next.split(['?', '#']).next()?;
    // Browsers read `//` at the start as the beginning of a host, read `\` as `/`, and skip tabs and line ends.
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let is_local = path.starts_with('/') && !path.contains("//") && next.bytes().all(is_plain);
    is_local.then_some(next)
}
