import { createStart } from "@tanstack/react-start";
import { inSession } from "./session.js";

export const startInstance = createStart(() => ({ requestMiddleware: [inSession] }));
