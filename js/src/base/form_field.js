// Finds the field with the token in the beginning of a form. By the rules of `first_field` in Rust.
//
// Nothing depends on whether a handler reads the form in the same way: wherever the token of a session is, the sender knows it.

/**
 * The first field of this name in the first bytes of a form, or null. A field without an end counts only at the end of the whole
 * form.
 */
export function firstField(contentType, bytes, isWhole, name) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (isUrlencoded(contentType)) {
    const fields = isWhole ? text : text.slice(0, Math.max(text.lastIndexOf("&"), 0));
    // A query may begin with a question mark, a form may not.
    return new URLSearchParams(`&${fields}`).get(name);
  }
  const boundary = parameter(contentType, "boundary");
  return boundary === null ? null : firstPart(text, boundary, name);
}

/** True for forms as browsers send them. */
export const isForm = (contentType) => isUrlencoded(contentType) || isOfType(contentType, "multipart/form-data");

const isUrlencoded = (contentType) => isOfType(contentType, "application/x-www-form-urlencoded");

const isOfType = (contentType, mediaType) => contentType.split(";")[0].trim().toLowerCase() === mediaType;

/** The content of the first part of this name (RFC 7578), or null. As in browsers, the quoted name has no escapes. */
function firstPart(text, boundary, name) {
  // What follows the last delimiter has no end.
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1, -1);
  for (const part of parts) {
    if (part.startsWith("--")) return null;
    const end = part.indexOf("\r\n\r\n");
    if (end >= 0 && nameIn(part.slice(0, end)) === name) return part.slice(end + 4);
  }
  return null;
}

/** The name in the head of a part, or null. */
function nameIn(head) {
  const disposition = head.split("\n").find((field) => /^content-disposition:/i.test(field));
  return disposition ? parameter(disposition, "name") : null;
}

/** A parameter of a field such as `form-data; name="a"`, or null. */
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
