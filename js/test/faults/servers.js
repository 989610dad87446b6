// Faults of the adapters behind frameworks.

export const TESTS = ["servers.test.js", "held.test.js"];

export const FAULTS = {
  "web/express.js": [
    "if (refusal?.session) return next(refusal);",
    "if (refusal) return await refuse(refusal, request, response);",
    "onRefused: () => {}, ",
    "attach(sessions, session, response, next);",
  ],
  "web/h3.js": [
    ["await (refused ?? handler(event, session))", "await handler(event, session)"],
    ["if (result instanceof Response) return save(result);", "if (result instanceof Response) return result;"],
    ["status >= 100 && status <= 599 ? status : 500", "200"],
    "res.statusCode = status;",
    [", ...[res.headers, res.errHeaders].filter(Boolean)", ", res.headers", ", res.errHeaders"],
    ["await finish();\n    return result;", "return result;"],
  ],
  "web/hold.js": [
    "      check(given[0]);\n",
    'if (phase === "open") checkHead(response.statusCode, messageOf(response));',
    'if (phase === "saving") throw headSent();',
    "checkHead(status, message);",
    "if (held.length === 0) throw error;",
    ["const writeFields = await save();", "const writeFields = await save().finally(go);"],
    "if (hasFailed && response.writableEnded) return answer;",
    "writableEnded: { get: isEnded },",
    "statusCode: { get: () => statusCode, set() {} },",
    "statusMessage: { get: () => statusMessage, set() {} },",
  ],
  "web/node.js": [
    ["response.writableEnded || response.destroy()", "response.destroy()", "response.writableEnded"],
    "delete response.statusMessage;",
    ["tell(failed, error, request);", "failed(error, request);"],
  ],
};
