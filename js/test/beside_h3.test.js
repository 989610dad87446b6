import { beside } from "./beside/matrix.js";
import { OF_H3 } from "./beside/of_h3.js";

for (const [name, driver] of Object.entries(OF_H3)) beside(name, driver);
