import fastifySwagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TSchema } from 'typebox';
import type { Ids } from '../clock.ts';
import { isOutcomeUnknown } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { endClosedRequests } from './closed-clients.ts';
import { textConverter } from './convert-text.ts';
import { addFairReads } from './fair-reads.ts';
import { nameHolder } from './held-body.ts';
import { noAnswerTo } from './no-answer.ts';
import { addRateLimit } from './rate-limit-person.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Identity, TokenVerifier } from './token-verifier.ts';
import type { Log } from '../observability/log.ts';
import { describeApi } from './openapi/describe-api.ts';
import { methodAwareRefusal } from './allowed-methods.ts';
import { checkMediaType, isUnknownMediaType, jsonTypes, unsupportedMediaType } from './media-types.ts';
import { hasOneHost } from './one-host.ts';
import { toAppError } from './problem-details.ts';
import { sendProblem } from './send-problem.ts';
import { requestDeadlines } from './request-deadlines.ts';
import type { Metrics } from '../observability/metrics.ts';
import { defaultBodyLimit } from '../service-registry.ts';
import { addTelemetry } from './request-telemetry.ts';
import type { TraceContext } from '../observability/trace-context.ts';
import type { RequestSpan, Tracing } from '../observability/tracing.ts';
import { createValidator } from './validation/validator.ts';

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that is not public. */
    identity: Identity;
    trace: TraceContext;
    /** The span of this request, if it is recorded. */
    span: RequestSpan | undefined;
  }
  interface FastifyContextConfig {
    /** The route needs no identity: health, and the sidecar's routes, which check its token instead. */
    public?: boolean;
    /** Identifies the sender by another credential than a bearer token. @throws AppError 401 */
    identify?: (authorization: string | undefined) => Promise<Identity>;
    /** Requests get no span: health, and deliveries, whose events get spans. */
    isUntraced?: boolean;
    /** What telemetry calls the `:id` of the path, such as `task_id`. Set for each route. */
    idName?: string;
  }
}

export type HttpServerOptions = {
  service: string;
  description: string;
  log: Log;
  ids: Ids;
  metrics: Metrics;
  tracing: Tracing;
  verifyToken: TokenVerifier;
  /** Of each person. */
  rateLimit: RateLimit;
};

/** daprd keeps idle connections to its app for 90 s. If the server closed them earlier, deliveries would fail. */
const keepAliveTimeoutMs = 100_000;

/**
 * Creates a Fastify server with what every service's routes need: identity first, TypeBox validation (422 with field
 * names), problem+json errors, a trace for each request, and an OpenAPI 3.1 document of the routes.
 */
export async function createHttpServer({
  service,
  description,
  log,
  ids,
  metrics,
  tracing,
  verifyToken,
  rateLimit,
}: HttpServerOptions): Promise<HttpServer> {
  const loggerInstance: FastifyBaseLogger = log;
  const server = Fastify({
    ...requestDeadlines(),
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => ids.next(),
    keepAliveTimeout: keepAliveTimeoutMs,
    // A route whose bodies are larger has its limit in the service registry.
    bodyLimit: defaultBodyLimit,
    // A request on an open connection is answered while the server stops.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    // Addresses that the router refuses: no hook and no error handler sees them.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toAppError(error)),
  });
  endClosedRequests(server);
  addTelemetry(server, { log, metrics, tracing });

  const app = server.withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(({ schema, httpPart }) => validatorOf(schema as TSchema, httpPart === 'body'));
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const parseJson = app.getDefaultJsonParser('error', 'error');
  // Clients name a media type without a body where it is optional. An empty one is no body: routes that need one refuse it.
  app.addContentTypeParser<string>(jsonTypes, { parseAs: 'string' }, (request, body, done) =>
    body.length === 0 ? done(null) : parseJson(request, body, done),
  );
  app.decorateRequest('identity');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!hasOneHost(request.raw)) throw new AppError('bad-request', 'The request has two Host headers.');
    // An unknown route is 404 even without a token: a sidecar asks every service for subscriptions.
    const { public: isPublic, identify = verifyToken } = request.routeOptions.config;
    if (request.is404 || isPublic) return;
    request.identity = await identify(request.headers.authorization);
    nameHolder(request.raw, request.identity.personId);
    checkMediaType(request);
  });
  addRateLimit(server, rateLimit);
  addFairReads(server);
  answerErrors(app, log);
  app.setNotFoundHandler(methodAwareRefusal(server));

  await app.register(fastifySwagger, describeApi(service, description));
  return app;
}

/** Answers what was thrown with a problem, and logs what is not the client's fault. */
function answerErrors(app: HttpServer, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const appError = errorFor(request, error);
    const { code, status, cause } = appError;
    const ids = { request_id: request.id, trace_id: request.trace?.traceId };
    if (status >= 500) log.error({ err: cause ?? appError, code, ...ids }, 'request failed');
    // A schema should have refused it.
    if (code === 'invalid-value') log.warn({ err: cause, ...ids }, 'PostgreSQL refused a value');
    return sendProblem(reply, appError);
  });
}

function errorFor(request: FastifyRequest, error: unknown): AppError {
  if (isUnknownMediaType(error)) return unsupportedMediaType(request);
  return isOutcomeUnknown(error) ? noAnswerTo(request, 'The database', error) : toAppError(error);
}

/** Validates bodies as they are. Query strings and paths are text, which is converted first. */
function validatorOf(schema: TSchema, isBody: boolean) {
  const validator = createValidator(schema);
  const convert = isBody ? (data: unknown) => data : textConverter(schema);
  return (data: unknown) => {
    const value = convert(data);
    if (validator.accepts(value)) return { value };
    return {
      error: Object.assign(new Error('validation'), { validation: validator.issuesOf(value), schema }),
    };
  };
}
