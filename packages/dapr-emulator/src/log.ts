type Write = (fields: object, message: string) => void;

/** The part of a logger that is used. A pino logger fits. */
export type Log = { debug: Write; info: Write; warn: Write; error: Write };

const ignore: Write = () => undefined;

export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
