export { look as default } from "../utils/visits.js";
