// Finds the field with the CSRF token at the beginning of a form, by the rules of `first_field` in Rust.
//
// The handler's parser may find another field. That is safe, because only those who know the token can send it in a form.

/**
 * Returns the first field with this name in the first bytes of a form, or null. The last field in `bytes` counts only if they are
 * the whole form; otherwise its value may be cut off.
 */
export function firstField(contentType, bytes, isWhole, name) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (isUrlencoded(contentType)) {
    const fields = isWhole ? text : text.slice(0, Math.max(text.lastIndexOf("&"), 0));
    // `URLSearchParams` drops a `?` at the beginning, as of a query. In a form it belongs to the name; the `&` keeps it.
    return new URLSearchParams(`&${fields}`).get(name);
  }
  const boundary = parameter(contentType, "boundary");
  // The search for a longer one takes the product of both lengths.
  return boundary === null || boundary.length > LONGEST_BOUNDARY ? null : firstPart(text, boundary, name);
}

/** Length of a boundary in bytes (RFC 2046 section 5.1.1). */
const LONGEST_BOUNDARY = 70;

/** Returns true for the two types of forms that browsers send. */
export const isForm = (contentType) => isUrlencoded(contentType) || isOfType(contentType, "multipart/form-data");

const isUrlencoded = (contentType) => isOfType(contentType, "application/x-www-form-urlencoded");

const isOfType = (contentType, mediaType) => contentType.split(";")[0].trim().toLowerCase() === mediaType;

/** Returns the content of the first part with this name (RFC 7578), or null. Browsers write the quoted name without escapes. */
function firstPart(text, boundary, name) {
  // The piece before the first delimiter is not a part, and the piece after the last one may be cut off.
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1, -1);
  for (const part of parts) {
    if (part.startsWith("--")) return null;
    const end = part.indexOf("\r\n\r\n");
    if (end >= 0 && nameIn(part.slice(0, end)) === name) return part.slice(end + 4);
  }
  return null;
}

/** Returns the name in the head of a part, or null. */
function nameIn(head) {
  const disposition = head.split("\n").find((field) => /^content-disposition:/i.test(field));
  return disposition ? parameter(disposition, "name") : null;
}

/** Returns a parameter of a header such as `form-data; name="a"`, or null. */
function parameter(field, name) {
  let at = field.indexOf(";");
  while (at >= 0) {
    const equals = field.indexOf("=", at);
    if (equals < 0) return null;
    const found = field.slice(at + 1, equals);
    const isQuoted = field[equals + 1] === '"';
    const from = equals + (isQuoted ? 2 : 1);
    const end = field.indexOf(isQuoted ? '"' : ";", from);
    if (isQuoted && end < 0) return null;
    if (found.slice(found.lastIndexOf(";") + 1).trim().toLowerCase() === name) return field.slice(from, end < 0 ? undefined : end).trim();
    at = end;
  }
  return null;
}
