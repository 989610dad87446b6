// Hosts, and origins as in the header `Origin` (RFC 6454 section 7).

const DEFAULT_PORTS = { http: 80, https: 443 };

/** Parses a name or an address with an optional port, as in `Host` (RFC 9110 section 7.2). Returns null for anything else. */
export function parseHost(text) {
  const afterAddress = text.lastIndexOf("]") + 1;
  const colon = text.indexOf(":", afterAddress) < 0 ? -1 : text.lastIndexOf(":");
  const [name, digits] = colon < 0 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)];
  if (digits !== null && (!/^\d+$/.test(digits) || Number(digits) > 65_535)) return null;
  if (!/^(?:[-._~A-Za-z0-9]+|\[[:.A-Za-z0-9]+\])$/.test(name)) return null;
  return { name, port: digits === null ? null : Number(digits) };
}

/** Parses `scheme://host:port`, of which the port is optional. Returns null for anything else. */
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

/** Returns true if nobody on the network can have forged a page of this origin: it is sent over TLS, or by this machine. */
export function isSecure({ scheme, host }) {
  return scheme === "https" || (scheme === "http" && isThisMachine(host));
}

function isThisMachine(host) {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || (host.startsWith("127.") && isIpv4(host));
}

/** Returns true for an IPv4 address in its canonical form: four decimal numbers without leading zeros. */
function isIpv4(host) {
  const numbers = host.split(".");
  const isNumber = (text) => /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) < 256;
  return numbers.length === 4 && numbers.every(isNumber);
}

/** Returns true if a browser can have a page of this origin, so that requests may name it. */
export function mayHavePages({ scheme, host }) {
  // Other schemes are those of browser extensions and of applications that show pages. Their hosts follow no rule.
  if (scheme !== "http" && scheme !== "https") return !["ws", "wss", "ftp", "file"].includes(scheme);
  if (host.startsWith("[")) return URL.canParse(`http://${host}`);
  const parts = host.split(".");
  // Browsers parse a host that ends in a number as an address, and send the address in its canonical form.
  return /^\d*$/.test(parts.at(-1)) ? isIpv4(host) : parts.every((part) => /[a-z\d]/.test(part));
}

/** Returns the port, or null if a browser would omit it. Behind a proxy the scheme is unknown, so both defaults count. */
export function portToCompare({ port }, scheme) {
  const known = DEFAULT_PORTS[scheme?.slice(0, -1)];
  return (known ? [known] : Object.values(DEFAULT_PORTS)).includes(port) ? null : port;
}

/** Returns the host that a request names. Returns null if it names none or several, because a proxy may have used another one. */
export function hostOf({ values, address, scheme }) {
  const fields = values("host");
  if (fields.length > 1) return null;
  const inField = fields.length === 1 ? parseHost(fields[0]) : null;
  const inAddress = address === null ? null : parseHost(address);
  if ((fields.length === 1 && !inField) || (address !== null && !inAddress)) return null;
  if (!inField || !inAddress) return inAddress ?? inField;
  const isSame =
    inField.name.toLowerCase() === inAddress.name.toLowerCase() && portToCompare(inField, scheme) === portToCompare(inAddress, scheme);
  return isSame ? inAddress : null;
}
