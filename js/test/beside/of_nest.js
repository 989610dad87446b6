// The driver of NestJS, on Express and on Fastify, which take middleware of Connect, by the program that README names.

import "reflect-metadata";

import { All, Controller, HttpException, Module, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";

import { SessionErrors } from "../../examples/nest.js";
import { session as inExpress } from "../../src/web/express.js";
import { pathOf } from "../answers.js";
import { listening } from "../stand_ins.js";
import { ON_CONNECT, refuse } from "./of_connect.js";

/** A module with one controller, which answers all requests. Written without decorators, which JavaScript does not have. */
function moduleOf(path, answer) {
  class Site {
    answer(request, response) {
      return answer(request, response);
    }
  }
  Controller()(Site);
  All(path)(Site.prototype, "answer", Object.getOwnPropertyDescriptor(Site.prototype, "answer"));
  [Req(), Res({ passthrough: true })].forEach((decorate, i) => decorate(Site.prototype, "answer", i));
  class Root {}
  Module({ controllers: [Site] })(Root);
  return Root;
}

const openOn = (Adapter, path) => async ({ session, page, before, behind }) => {
  const answer = async (request, response) => {
    const { status = 200, headers = {}, body = "" } = await page((request.raw ?? request).session, pathOf(request));
    for (const [name, value] of Object.entries(headers)) response.header(name, value);
    response.status(status);
    return body;
  };
  const silent = () => {};
  const logger = { log: silent, warn: console.warn, error: console.error };
  const app = await NestFactory.create(moduleOf(path, answer), new Adapter(), { logger });
  for (const one of [...before.flat(), session ? inExpress(...session) : refuse, ...behind.flat()]) app.use(one);
  app.useGlobalFilters(new SessionErrors(app.getHttpAdapter()));
  await app.init();
  await app.getHttpAdapter().getInstance().ready?.();
  return listening(app.getHttpServer());
};

const errorOf = (status, message) => new HttpException(message, status);

export const OF_NEST = {
  NestJS: { companions: ON_CONNECT, open: openOn(ExpressAdapter, "*path"), errorOf },
  "NestJS on Fastify": { companions: ON_CONNECT, open: openOn(FastifyAdapter, "*"), errorOf },
};
