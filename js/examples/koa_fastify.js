// Sessions in Koa and in Fastify, by the middleware for Express:
//
//   const cookies = SessionCookie.encrypted(process.env.SESSION_KEYS);
//   const sessions = session(cookies, { guard: new CsrfGuard({ originCheckOnly: true }), refuse });
//   koa.use(inKoa(sessions)); // ctx.req.session
//   fastify.addHook("onRequest", inFastify(sessions)); // request.raw.session
//   fastify.setErrorHandler(forVisitors);

const refusals = new WeakMap();

/** Leaves the answer to a refused request to the framework, so that it has the fields of other middleware. */
export const refuse = (refusal, request, response) => void refusals.set(response, refusal);

export const inKoa = (sessions) => async (ctx, next) => {
  const go = await new Promise((resolve) => {
    let passed = (error) => {
      passed = (unsaved) => ctx.onerror(unsaved); // if the session cannot be saved
      resolve(() => (error ? Promise.reject(error) : next()));
    };
    const answer = ({ status, headers, body }) => (ctx.set(headers), Object.assign(ctx, { status, body }));
    // Without a call of `passed`, the request was refused.
    sessions(ctx.req, ctx.res, (error) => passed(error)).then(() => resolve(() => refusals.has(ctx.res) && answer(refusals.get(ctx.res))));
  });
  try {
    await go();
  } catch (error) {
    // `body` is for the visitor. As it is, Koa would print the error, and anyone can fill a session.
    if (error?.name === "SessionError" && error.body) ctx.throw(error.status, error.body, { headers: error.headers, code: error.code, cause: error });
    throw error;
  }
};

export const inFastify = (sessions) => (request, reply, done) => {
  const answer = ({ status, headers, body }) => reply.code(status).headers(headers).send(body);
  sessions(request.raw, reply.raw, done).then(() => refusals.has(reply.raw) && answer(refusals.get(reply.raw)));
};

/** Gives the visitor the text of an error of a session. Fastify would show its message, which is for operators. */
export function forVisitors(error, request, reply) {
  const { name, body, code, statusCode, headers } = error;
  const isOfSession = name === "SessionError" && body;
  reply.send(isOfSession ? Object.assign(new Error(body, { cause: error }), { code, statusCode, headers }) : error);
}
