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
    ["await saveWith(error, true);", "await saveWith(error, false);", ""],
    ["saveWith(result, result instanceof Error)", "saveWith(result, false)"],
    ["status >= 100 && status <= 599 ? status : 500", "200"],
    ["res.statusCode = statusOf(result);", ";"],
    ["merged(fieldsOf(res), result.headers)", "[...result.headers]"],
    ["await finish();", ""],
    ["result instanceof Response && !isFailure", "false"],
    ["result?.headers?.getSetCookie ? result : { headers: [] }", "{ headers: [] }"],
    ["(own.status ?? res.status ?? 200)", "(res.status ?? 200)", "(own.status ?? 200)"],
    ["[...new Set(isFailure || (isAnswer && status >= 400) ? [headers, errHeaders] : [headers])]", "[headers]", "[errHeaders]"],
    ["isFailure || (isAnswer && status >= 400)", "isFailure", "isAnswer && status >= 400"],
    ["heads.flatMap((head) => merged(own.headers, head))", "[...own.headers]", "[...headers]"],
    ['changes.filter(([name]) => name !== "set-cookie")', "changes", "[]"],
    ["isAnswer ? withChanges(result, changes) : result", "result"],
    [".filter(([name]) => !above.has(name))", ""],
  ],
  "web/hold.js": [
    "      check(given[0]);\n",
    'if (phase === "open") checkHead(response.statusCode, messageOf(response));',
    'if (phase === "saving") throw headSent();',
    "checkHead(status, message);",
    ["[undefined, given ?? reason]", "[undefined, reason]", "[undefined, given]"],
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
