/// The token in the value of a request header. In `Authorization` the scheme `Bearer`, in any case, is no part of
/// it.
pub(crate) fn token_in<'a>(header: &str, value: &'a [u8]) -> &'a [u8] {
    let value = value.trim_ascii();
    match value.split_first_chunk::<7>() {
        Some((scheme, token))
            if header.eq_ignore_ascii_case("authorization")
                && scheme.eq_ignore_ascii_case(b"Bearer ") =>
        {
            token
        }
        _ => value,
    }
}
