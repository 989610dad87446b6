/** Decodes a value of a cookie or a path as Next.js does. One that cannot be decoded stays as it is. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
