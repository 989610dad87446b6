// Faults of the adapters, of guards, and of old cookies.

export const TESTS = [
  "scenarios.test.js", "middleware.test.js", "guard_cases.test.js", "old_reader.test.js",
  "cookie_field.test.js", "forward.test.js",
];

export const FAULTS = {
  "csrf_guard.js": [
    "isCsrfGuard = true;",
    ["address: request.authority || authority", "address: request.authority || null"],
    ["path === head.path && isSameOrigin(origin, parsed)", "head.path.startsWith(path) && isSameOrigin(origin, parsed)", "path === head.path"],
    ["isSecure(parsed) ? null :", "true ? null :"],
    ['FORMS.includes(kind.split(";")[0].trim().toLowerCase())', "FORMS.some((form) => kind.trim().toLowerCase().startsWith(form))"],
  ],
  "old_cookies.js": [
    ["MOST_VALUES + 1);", "MOST_VALUES);"],
    ["[...this.#dropped.values()].filter(({ from }) => now >= from)", "[...this.#dropped.values()]"],
    ["Math.min(from, known?.from ?? from)", "from"],
  ],
  "origins.js": [
    ['host.endsWith(".localhost")', 'host.endsWith("localhost")'],
  ],
  "session_cookie.js": [
    ["if (!state.hasToken) await this.#settings.old", "await this.#settings.old"],
  ],
  "web/adapter.js": [
    ["cookies?.then?.(checkedCookie) ?? checkedCookie(cookies)", "cookies"],
    ["checkedCookie(await cookies(...given));", "cookies(...given);"],
    ["opened = null;\n      throw", "throw"],
    ["(opened ??= open(", "(opened = open("],
    'refuseUnknown(unknown, "; pass `{ guard }`");',
    ["mustBe(!guard || guard.check,", "mustBe(true,"],
    ["if (contextBy) sessions", "if (false) sessions"],
    ["sessions.inContext(await contextBy(request));", "sessions.inContext(contextBy(request));"],
    "if (!session) throw refusal;",
    "tell(onOutcome, session.outcome, request);",
    "refusal ??= await guard?.check(request, session);",
    "if (refusal) tell(onRefused, refusal, request);",
    ["if (hook) await hook(told, request);", "if (hook) hook(told, request);"],
    "else if (told.cause) throw told.cause;",
    ['request.url.split("?")[0]', "request.url"],
    'ensure(response?.headers, "response", "expected a Response");',
    ["refusal && (refuse(refusal, request) || save()), sessions]", "null, sessions]"],
    ["(refuse(refusal, request) || save())", "refuse(refusal, request)"],
    ["new Response(body ?? message, {", "new Response(message, {"],
  ],
  "web/astro.js": [
    ["if (context.isPrerendered || begun.has(locals)) return next();", "", "if (context.isPrerendered) return next();"],
    "begun.delete(locals);",
    ["cookies.length > 0 ?", "true ?"],
    ["return await save(await (refused ?? next()));", "return await save(await next());", "return refused ? await refused : await save(await next());"],
  ],
  "web/claim.js": [
    'ensure(!names.includes(name), "cookies", sentence);',
    ["return () => namesIn.set(request, names);", "return () => {};"],
  ],
  "web/cookie_field.js": [
    [".map((pair) => trim(pair, BLANK))", ".map((pair) => pair.trim())"],
    "&& !isReplaced(nameOf(pair))",
    "&& !names.has(nameOf(pair))",
    ["cookies.filter((cookie) => !isExpiry(cookie))", "cookies"],
    ["/^[1-7]$/.test(of.slice(name.length + 1))", "false", "true"],
  ],
  "web/h3.js": [
    "claim(event, sessions);",
  ],
  "web/hono.js": [
    ["admit(c.req.raw, c.env)", "admit(c.req.raw, c)"],
    ["if (refused) c.res = await refused;\n      else await next();", "await next();"],
    "      c.res = undefined;\n",
  ],
  "web/next/in_next.js": [
    '&& !pair.value.includes(";")',
  ],
  "web/node.js": [
    "claim(response, sessions);",
    ["await (refusal ? refuse(refusal, request, response) : handler(request, response, session));", "await handler(request, response, session);"],
    ["refusal.cause && failed(refusal, request);", "failed(refusal, request);"],
    ["response.end(body ?? message);", "response.end(message);"],
    'mustBe(typeof value === "function", name, "a function");',
  ],
  "web/origin.js": [
    ["isWritten ? await cookies.saveAsCookies(session) : []", "await cookies.saveAsCookies(session)", "[]"],
    "if (isWritten) setCookieField(headers, cookies.name, own);",
    ', redirect: "manual"',
    [".touch === \"written\"", ".touch !== \"untouched\""],
    ["isOrigins && { isSubresource: true }", "{ isSubresource: true }", "{}"],
    "if (response.status >= 500 && !isKept && !isOrigins) return cacheChanges(fields, \"touched\", \"Cookie\");",
    " && !isKept",
    [" && !isOrigins)", ")"],
    "setAs(cookie.name).length === 0 && ",
    ["(isExpiry(cookie) || !isOfSession(cookie.name, cookies.name))", "isExpiry(cookie)", "!isOfSession(cookie.name, cookies.name)", "true"],
    ["isOrigins ? own.filter(isLeft) : own", "own", "isOrigins ? [] : own"],
    ["isOrigins && setAs(cookies.name).every(isExpiry)", "isOrigins", "false"],
    ["isOver ? [] : ", ""],
    ".filter(([name]) => !response.headers.has(name))",
    ["...cacheChanges(fields, \"written\", \"Cookie\"), ", ""],
  ],
  "web/sveltekit.js": [
    ["admit(event.request, event.platform?.env)", "admit(event.request, event)"],
    ["refused ?? answer(", "answer("],
    'if (typeof error?.location === "string") await saveRedirect(error);',
    ['if (typeof error?.location === "string") await', "await", "if (error?.location) await", 'if (typeof error?.location === "string" && error.status === 303) await'],
  ],
};
