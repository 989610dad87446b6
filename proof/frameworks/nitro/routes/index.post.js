export { count as default } from "../utils/visits.js";
