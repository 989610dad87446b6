/// A character of a `token` of RFC 9110 section 5.6.2: names of headers, and by RFC 6265 of cookies.
pub(crate) fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}
