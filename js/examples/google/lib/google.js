import { Google } from "arctic";

// The last is the address of the second route. Google has to know it.
export const google = new Google(process.env.GOOGLE_ID, process.env.GOOGLE_SECRET, process.env.GOOGLE_CALLBACK);
