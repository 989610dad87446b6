import { beside } from "./beside/matrix.js";
import { OF_CONNECT } from "./beside/of_connect.js";

for (const [name, driver] of Object.entries(OF_CONNECT)) beside(name, driver);
