import { serve } from "srvx";
import server from "./dist/server/server.js";

serve({ fetch: (request) => server.fetch(request), hostname: process.env.HOST, port: process.env.PORT });
