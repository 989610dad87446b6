import { wishOf } from "../../../../../../js/test/beside/built.js";
import { pageAt, standIn } from "../../../../../../js/test/beside/cases.js";
import { errorOf } from "../../../../../../js/test/beside/on_fetch.js";

export function ALL({ locals, url }) {
  const { status, headers, body } = pageAt(wishOf(url.pathname).path, locals.session ?? standIn(errorOf));
  return new Response(body, { status, headers });
}
