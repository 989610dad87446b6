import { beside } from "./beside/matrix.js";
import { OF_HONO } from "./beside/of_hono.js";

for (const [name, driver] of Object.entries(OF_HONO)) beside(name, driver);
