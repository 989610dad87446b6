import { beside } from "./beside/matrix.js";
import { OF_CONNECT } from "./beside/of_connect.js";
import { OF_FASTIFY } from "./beside/of_fastify.js";
import { OF_KOA } from "./beside/of_koa.js";
import { OF_NEST } from "./beside/of_nest.js";

for (const [name, driver] of Object.entries({ ...OF_CONNECT, ...OF_KOA, ...OF_FASTIFY, ...OF_NEST })) beside(name, driver);
