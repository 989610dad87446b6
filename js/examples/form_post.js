// Receives the form that an identity provider posts, by `response_mode=form_post` or SAML. Browsers send no `Lax` cookie with it.

/** Returns the fields of a form, or of the query of a GET. */
export const fieldsOf = async (request) => new URLSearchParams(request.method === "POST" ? await request.text() : new URL(request.url).search);

const inHtml = (text) => text.replace(/[&<"]/g, (sign) => `&#${sign.charCodeAt()};`);

/**
 * Answers with a page of this site that posts the fields again to `action`: then the cookie comes with them, and no address has
 * them. Mount it outside the session and the guard. `action` has to check `state`, or SAML's `InResponseTo`, against the session,
 * because any site can post to this page.
 */
export async function postAgain(request, action) {
  const fields = [...(await fieldsOf(request))];
  const inputs = fields.map(([name, value]) => `<input type="hidden" name="${inHtml(name)}" value="${inHtml(value)}">`);
  const form = `<form method="post" action="${inHtml(action)}">${inputs.join("")}<button>Continue</button></form>`;
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(`<!doctype html>${form}<script>document.forms[0].submit()</script>`, { headers });
}
