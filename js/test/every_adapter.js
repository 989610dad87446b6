// What every adapter does: the tests of stand_ins.test.js and of servers.test.js.

import { opensItsCookie, refusesOptions, servesTenants } from "./every_adapter/options.js";
import { answersRefusals, guards, savesWithAnAnswerOfItsOwn, saysThatASessionCannotBeReadHere, saysThatASessionIsFull, saysWhereItCannotValidate, tellsOperators } from "./every_adapter/refusals.js";
import { answers } from "./every_adapter/responses.js";
import { passesVectors } from "./every_adapter/vectors.js";

/** Where the framework answers an error of a session by its status, and does not say that it does. */
const ANSWERED_BY_STATUS = ["Express", "Express 4", "Koa", "Fastify"];

/** Defines the tests of adapters: each makes a browser of a site. */
export function everyAdapter(sites) {
  for (const [name, open] of Object.entries(sites)) {
    /** The proxy of Next.js has neither a guard nor hooks. */
    const isProxy = name.includes("Next.js");
    passesVectors(name, open);
    answers(name, open);
    saysWhereItCannotValidate(name, open);
    saysThatASessionCannotBeReadHere(name, open);
    saysThatASessionIsFull(name, open);
    if (!ANSWERED_BY_STATUS.includes(name)) savesWithAnAnswerOfItsOwn(name, open);
    opensItsCookie(name, open);
    if (isProxy) continue;
    guards(name, open);
    answersRefusals(name, open);
    tellsOperators(name, open);
    servesTenants(name, open);
    refusesOptions(name, open);
  }
}
