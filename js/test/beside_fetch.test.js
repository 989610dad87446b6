import { beside } from "./beside/matrix.js";
import { OF_FETCH } from "./beside/of_fetch.js";

for (const [name, driver] of Object.entries(OF_FETCH)) beside(name, driver);
