// Errors of sessions in NestJS, on Express and on Fastify:
//
//   app.use(session(cookies)); // request.session, or with Fastify request.raw.session
//   app.useGlobalFilters(new SessionErrors(app.getHttpAdapter()));

import { HttpException } from "@nestjs/common";
import { BaseExceptionFilter } from "@nestjs/core";

/** Gives NestJS an error of a session as one of its own, with the text for the visitor. It prints any other, and anyone can fill a session. */
export class SessionErrors extends BaseExceptionFilter {
  catch(error, host) {
    const isOfSession = error?.name === "SessionError" && error.body;
    super.catch(isOfSession ? new HttpException(error.body, error.status, { cause: error }) : error, host);
  }
}
