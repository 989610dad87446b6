// Asks a table every minute whether a user is still signed in.

import { SessionCookie, revalidation } from "hardtack-session";

export const epochs = new Map([[7, 1]]); // in the database of all programs: a number for each user

export const cookies = await SessionCookie.encrypted(process.env.SESSION_KEYS, {
  revalidateAfter: revalidation({
    seconds: 60,
    validate: async (session) => {
      const user = session.get("user");
      return user === undefined || session.get("epoch") >= epochs.get(user); // `>=`: a replica may lag behind the sign-in
    },
  }),
});
