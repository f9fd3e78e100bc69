/**
 * What both ends of a connection agree on: sizes, keepalive, and to leave talking to our own log.
 *
 * The pings find a peer whose host died without a word within seven seconds. They come more rarely than a
 * daemon takes to end (timings.shutdownGraceMs), because a ping after the end was announced kills the calls
 * still under way.
 */
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';

// The library prints to stderr what it also tells us; GRPC_VERBOSITY brings that back.
if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);

export const messageLimit = 16 * 1024 * 1024;

export const sharedOptions = {
  'grpc.max_send_message_length': messageLimit,
  'grpc.max_receive_message_length': messageLimit,
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 2_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.enable_channelz': 0,
} as const;
