// Speaks HTTPS to upstream: an identification request is sent once, no redirect, no decoding.

import http from 'node:http';
import https from 'node:https';

import { Failure } from './boundary.mjs';

/** More than CloudFront takes, however it is encoded: there is no use in reading on. */
const MOST = 1_048_576;

const TIMEOUTS = { connect: 1_000, firstByte: 15_000, idle: 10_000 };

/**
 * A function that sends a request and gives status, fields and body. It throws one of `Failure`.
 *
 * `connectTo`, a URL like `http://127.0.0.1:8080`, is dialled whatever host was computed, in plain
 * HTTP: for tests.
 */
export function createSender({ connectTo, timeouts } = {}) {
  const { protocol, hostname, port } = new URL(connectTo ?? 'https://upstream.invalid');
  const client = protocol === 'https:' ? https : http;
  const options = {
    agent: new client.Agent({ keepAlive: true }),
    maxHeaderSize: 65_536,
    setHost: false,
    ...(connectTo && { hostname, port }),
  };
  const limits = { ...TIMEOUTS, ...timeouts };
  return (request) => {
    const mayRepeat = request.method === 'GET' || request.method === 'HEAD';
    return send(client, options, limits, request, mayRepeat);
  };
}

function send(client, options, limits, request, mayRepeat) {
  const { method, host, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const outgoing = client.request({ hostname: host, ...options, method, path, headers });
    let stage = Failure.connect;
    let repeats = mayRepeat;
    const giveUp = (failure) => {
      repeats = false;
      clearTimeout(timer);
      outgoing.destroy();
      reject(failure);
    };
    let timer = setTimeout(giveUp, limits.connect, Failure.connect);
    const wait = (time) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, time, Failure.timeout);
    };
    const connected = () => {
      stage = Failure.protocol;
      wait(limits.firstByte);
    };
    let received = 0;
    outgoing.once('socket', (socket) => {
      received = socket.bytesRead;
      if (socket.connecting) {
        socket.once(client === https ? 'secureConnect' : 'connect', connected);
      } else {
        connected();
      }
    });
    // The size of the head is the limit, or fields would be missing without a word.
    outgoing.maxHeadersCount = 0;
    // R16.1: a kept connection that broke before the first byte of an answer was closed already.
    outgoing.on('error', () => {
      const { reusedSocket, socket } = outgoing;
      if (!repeats || !reusedSocket || socket.bytesRead > received) return giveUp(stage);
      clearTimeout(timer);
      resolve(send(client, options, limits, request, false));
    });
    // Nobody asked for another protocol.
    outgoing.once('upgrade', () => giveUp(Failure.protocol));
    outgoing.once('response', (response) => {
      repeats = false;
      if (isCoded(response)) return giveUp(Failure.protocol);
      wait(limits.idle);
      const keepWaiting = () => timer.refresh();
      const done = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      receive(response, keepWaiting, done, giveUp);
    });
    outgoing.end(body);
  });
}

/** Whether the content has a transfer coding that nobody here takes off (RFC 9112 §6.1). */
function isCoded({ headers }) {
  const coding = headers['transfer-encoding'];
  return coding !== undefined && coding.toLowerCase() !== 'chunked';
}

function receive(response, keepWaiting, done, giveUp) {
  const { statusCode: status, rawHeaders } = response;
  const chunks = [];
  let size = 0;
  response.on('data', (chunk) => {
    keepWaiting();
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST) {
      response.destroy();
      done({ status, rawHeaders, body: Buffer.alloc(0), size });
    }
  });
  response.on('end', () => done({ status, rawHeaders, body: Buffer.concat(chunks, size) }));
  // Whatever ends it before its end.
  response.on('error', () => giveUp(Failure.protocol));
  response.on('close', () => response.complete || giveUp(Failure.protocol));
}
