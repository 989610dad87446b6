// Links for signing in, each of which works once.

import { SessionToken } from "hardtack-session";

const used = new Set(); // in your database; forget an id after 17 minutes: two skews too

/** Returns false if the id is there already: `insert … on conflict do nothing`, and whether it inserted a row. */
const claim = async (id) => !used.has(id) && used.add(id) === used;

const links = await SessionToken.encrypted(process.env.SESSION_KEYS, {
  purpose: "sign-in link",
  absoluteTimeout: 900,
  idleTimeout: null, // else a link for a day would end after half an hour
});

export async function linkFor(email) {
  const link = await links.load(null);
  link.set("email", email);
  link.ensureId();
  return `https://example.com/sign-in?token=${await links.save(link)}`;
}

// Ask for it in a POST, by a button on the page of the link, because scanners of mail open links, which would use them up. Put an
// id into the link and into the session that asks for it, and compare them, or anybody can sign others in to an account of his own.
export async function emailOf(url) {
  const link = await links.load(new URL(url).searchParams.get("token"));
  if (link.id && (await claim(link.id))) return link.get("email");
}
