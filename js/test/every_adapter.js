// What every adapter does, in the sites of beside/.

import { opensItsCookie, refusesOptions, servesTenants } from "./every_adapter/options.js";
import { answersRefusals, guards, savesWithAnAnswerOfItsOwn, saysThatASessionCannotBeReadHere, saysThatASessionIsFull, saysWhereItCannotValidate, tellsOperators } from "./every_adapter/refusals.js";
import { answers } from "./every_adapter/responses.js";
import { passesVectors } from "./every_adapter/vectors.js";

/** Where the framework answers an error of a session by its status, and does not say that it does. */
const ANSWERED_BY_STATUS = ["Express", "Express 4", "Koa", "Fastify"];

/** Returns a function that makes a browser of a site. */
export const siteOf = ({ open }) => (cookies, options, page) => open({ session: [cookies, options], page, before: [], behind: [] });

/** Defines the tests of adapters. */
export function everyAdapter(drivers) {
  for (const [name, driver] of Object.entries(drivers)) {
    const open = siteOf(driver);
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
