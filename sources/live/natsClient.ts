import { importPeer } from "../http/peer.js";

// What we use of @nats-io/transport-node and @nats-io/jetstream. Their own declarations do not pass `exactOptionalPropertyTypes`, and
// would have to be there for whoever compiles against ours.

export interface NatsConnection {
  close(): Promise<void>;
}

export interface StreamInfo {
  readonly created: string;
  readonly state: { readonly first_seq: number; readonly last_seq: number };
}

export interface NatsMessage {
  readonly seq: number;
  readonly data: Uint8Array;
  /** How many messages of the stream come behind it. */
  readonly info: { readonly pending: number };
}

export interface NatsMessages extends AsyncIterable<NatsMessage> {
  stop(): void;
}

export interface NatsConsumer {
  consume(options: { readonly max_bytes: number; readonly expires: number }): Promise<NatsMessages>;
}

interface OrderedConsumerOptions {
  readonly deliver_policy: "all" | "new" | "by_start_sequence";
  readonly opt_start_seq?: number;
  readonly filter_subjects?: string;
}

interface ConnectOptions {
  readonly servers: readonly string[];
  readonly maxReconnectAttempts: number;
  readonly reconnectTimeWait: number;
  readonly authenticator: readonly unknown[];
}

interface Transport {
  connect(options: ConnectOptions): Promise<NatsConnection>;
  credsAuthenticator(credentials: Uint8Array): unknown;
  tokenAuthenticator(token: string): unknown;
}

interface JetStream {
  jetstream(connection: NatsConnection): {
    readonly consumers: { get(stream: string, options: OrderedConsumerOptions): Promise<NatsConsumer> };
  };
  jetstreamManager(connection: NatsConnection): Promise<{
    readonly streams: { info(stream: string): Promise<StreamInfo> };
  }>;
}

export type NatsClient = Transport & JetStream;

/** @throws Error if a package is not installed */
export async function loadNatsClient(): Promise<NatsClient> {
  const transport = await importPeer<Transport>("nats", "@nats-io/transport-node");
  return { ...transport, ...(await importPeer<JetStream>("nats", "@nats-io/jetstream")) };
}
