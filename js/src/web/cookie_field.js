// The `Cookie` field of a request that is passed on.

/** Sets the cookies of a session in the field, in place of those that came. `own`: of `saveAsCookies`; `name`: its cookie's. */
export function setCookieField(headers, name, own) {
  const isOwn = (pair) => {
    const [of] = pair.trim().split("=");
    return of === name || (of.startsWith(`${name}.`) && /^[1-7]$/.test(of.slice(name.length + 1)));
  };
  const others = (headers.get("cookie") ?? "").split(";").filter((pair) => pair.trim() !== "" && !isOwn(pair));
  const set = own.filter(({ value }) => value !== "").map(({ name, value }) => `${name}=${value}`);
  const field = [...others.map((pair) => pair.trim()), ...set].join("; ");
  if (field === "") headers.delete("cookie");
  else headers.set("cookie", field);
}
