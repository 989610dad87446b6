// Names the type of a session's content, in Hono and in Express.

import { Hono } from "hono";
import { SessionCookie, type Session } from "hardtack-session";
import { session } from "hardtack-session/hono";

interface Visitor {
  user: number;
  cart: string[];
}

// In Express, once:
declare global {
  namespace Express {
    interface Request {
      session: Session<Visitor>;
    }
  }
}

const app = new Hono<{ Variables: { session: Session<Visitor> } }>();
app.use(session(SessionCookie.encrypted<Visitor>(process.env.SESSION_KEYS)));
app.get("/", (c) => c.text(`user ${c.get("session").get("user") ?? 0}`));
