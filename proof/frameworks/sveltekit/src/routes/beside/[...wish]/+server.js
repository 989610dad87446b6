export { answer as fallback } from "../../../beside.js";
