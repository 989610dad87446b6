// What pages of the tests answer, `{ response, status, headers, body }`, as responses.

export const pathOf = ({ url }) => new URL(url, "http://localhost").pathname;

export async function responseOf(answer) {
  const { response, status, headers = {}, body = "" } = await answer;
  const pairs = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  return response ?? new Response(body, { status, headers: pairs });
}

export async function writeTo(response, answer) {
  const { status = 200, headers, body = "", response: ready } = await answer;
  // Without fields Node itself writes the head.
  if (!ready) return (headers ? response.writeHead(status, headers) : Object.assign(response, { statusCode: status })).end(body);
  response.writeHead(ready.status, [...ready.headers].flat()).end(await ready.text());
}
