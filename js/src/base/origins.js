// Hosts, and origins as in the header `Origin` (RFC 6454 section 7).

const DEFAULT_PORTS = { http: 80, https: 443 };

/** A name or an address, and a port, as in `Host` (RFC 9110 section 7.2); or null. */
export function parseHost(text) {
  const afterAddress = text.lastIndexOf("]") + 1;
  const colon = text.indexOf(":", afterAddress) < 0 ? -1 : text.lastIndexOf(":");
  const [name, digits] = colon < 0 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)];
  if (digits !== null && (!/^\d+$/.test(digits) || Number(digits) > 65_535)) return null;
  if (!/^(?:[-._~A-Za-z0-9]+|\[[:.A-Za-z0-9]+\])$/.test(name)) return null;
  return { name, port: digits === null ? null : Number(digits) };
}

/** A scheme, a host and a port; or null. */
export function parseOrigin(text) {
  const at = text.indexOf("://");
  if (at < 0 || !/^[-+.A-Za-z0-9]+$/.test(text.slice(0, at))) return null;
  const scheme = text.slice(0, at).toLowerCase();
  const host = parseHost(text.slice(at + 3));
  return host && { scheme, host: host.name.toLowerCase(), port: host.port ?? DEFAULT_PORTS[scheme] ?? null };
}

/** Returns true if `host` is the host and port of this origin. */
export function isAt(origin, host) {
  return host.name.toLowerCase() === origin.host && (host.port ?? DEFAULT_PORTS[origin.scheme] ?? null) === origin.port;
}

/** Returns true if no one on the network can have made a page of this origin: it came over TLS, or from this machine. */
export function isSecure({ scheme, host }) {
  return scheme === "https" || (scheme === "http" && isThisMachine(host));
}

function isThisMachine(host) {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || (host.startsWith("127.") && isIpv4(host));
}

/** Four numbers in the one form that they have. */
function isIpv4(host) {
  const numbers = host.split(".");
  const isNumber = (text) => /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) < 256;
  return numbers.length === 4 && numbers.every(isNumber);
}

/** Returns true if a browser can have a page of this origin, so that requests may name it. */
export function mayHavePages({ scheme, host }) {
  // Others are of an extension, or of an application that shows pages: the host is whatever it chose.
  if (scheme !== "http" && scheme !== "https") return !["ws", "wss", "ftp", "file"].includes(scheme);
  if (host.startsWith("[")) return URL.canParse(`http://${host}`);
  const parts = host.split(".");
  // Browsers take a name with a number at its end for an address, and write that out.
  return /^\d*$/.test(parts.at(-1)) ? isIpv4(host) : parts.every((part) => /[a-z\d]/.test(part));
}

/** The port, unless a browser would omit it. Without a scheme both defaults count. */
export function tellingPort({ port }, scheme) {
  const defaults = { "https:": [443], "http:": [80] }[scheme] ?? [80, 443];
  return defaults.includes(port) ? null : port;
}

/** The one host that a request names. */
export function hostOf({ values, address, scheme }) {
  const fields = values("host");
  if (fields.length > 1) return null;
  const inField = fields.length === 1 ? parseHost(fields[0]) : null;
  const inAddress = address === null ? null : parseHost(address);
  if ((fields.length === 1 && !inField) || (address !== null && !inAddress)) return null;
  if (!inField || !inAddress) return inAddress ?? inField;
  const isSame =
    inField.name.toLowerCase() === inAddress.name.toLowerCase() && tellingPort(inField, scheme) === tellingPort(inAddress, scheme);
  return isSame ? inAddress : null;
}
