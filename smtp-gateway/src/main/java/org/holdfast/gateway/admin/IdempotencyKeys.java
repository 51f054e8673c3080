package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header): a call that bears one is
 * done once. The same token with the same key and the same request gets the answer of the first
 * time; with another request 422; while the first is still going on 409. What a call refused
 * because of how it was asked is not remembered: nothing was done.
 *
 * <p>In memory: after a restart a key is unknown. Thread-safe.
 */
final class IdempotencyKeys {

  static final String HEADER = "Idempotency-Key";

  /** Keys of all tokens together; one more is refused with 503 before anything is done. */
  static final int MOST_KEYS = 20_000;

  /** Keys of one token; of more the oldest that is done is forgotten. */
  static final int MOST_OF_ONE = 1_000;

  /** How long a key is remembered. */
  static final Duration KEPT = Duration.ofHours(24);

  /** Octets of answers kept, compressed; what does not fit is remembered as done, no more. */
  static final long MOST_OCTETS = 32L * 1024 * 1024;

  private static final Pattern KEY = Pattern.compile("\"?([\\x21\\x23-\\x7e]{1,255})\"?");

  private final InstantSource clock;

  /** By token, then by key, in the order in which they came. Guarded by itself. */
  private final Map<String, LinkedHashMap<String, Call>> calls = new HashMap<>();

  private int keys;
  private long octets;

  IdempotencyKeys(InstantSource clock) {
    this.clock = clock;
  }

  /** One call with a key. */
  private static final class Call {
    private final Instant began;
    private boolean done;
    private byte[] request = {};
    private @Nullable RecordedAnswer answer;

    Call(Instant began) {
      this.began = began;
    }

    long octets() {
      return answer == null ? 0 : answer.octets();
    }
  }

  /** The same handler, done once for each key. */
  Handler once(Handler handler) {
    return ctx -> {
      String key = ctx.header(HEADER);
      if (key == null) {
        handler.handle(ctx);
      } else {
        handle(ctx, Access.caller(ctx).name(), bare(key), handler);
      }
    };
  }

  private static String bare(String key) {
    var quoted = KEY.matcher(key);
    if (!quoted.matches()) {
      throw Problem.bad(HEADER + " must be 1 to 255 visible ASCII characters");
    }
    return quoted.group(1);
  }

  private void handle(Context ctx, String token, String key, Handler handler) throws Exception {
    MessageDigest digest = digest(ctx);
    DigestInputStream body = new DigestInputStream(Requests.body(ctx), digest);
    Call call = begin(token, key);
    if (call.done) {
      again(ctx, call, hashed(body));
      return;
    }
    RecordedAnswer answer = RecordedAnswer.of(ctx);
    boolean answered = false;
    try {
      Requests.readFrom(ctx, body);
      handler.handle(ctx);
      end(ctx, call, hashed(body), answer);
      answered = true;
    } finally {
      if (!answered) {
        forget(token, key, call);
      }
    }
  }

  private static byte[] hashed(DigestInputStream body) throws IOException {
    body.transferTo(OutputStream.nullOutputStream());
    return body.getMessageDigest().digest();
  }

  private static MessageDigest digest(Context ctx) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String line = ctx.method() + " " + ctx.path() + "?" + ctx.queryString() + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void again(Context ctx, Call call, byte[] request) throws IOException {
    if (!MessageDigest.isEqual(call.request, request)) {
      throw new Problem(
          HttpStatus.UNPROCESSABLE_CONTENT,
          "this " + HEADER + " was used at " + call.began + " for another request");
    }
    RecordedAnswer answer = call.answer;
    if (answer == null) {
      throw Problem.conflict(
          "this call was done at " + call.began + "; its answer was too large to be kept");
    }
    ctx.header("Idempotent-Replayed", "true");
    answer.send(ctx);
  }

  private Call begin(String token, String key) {
    synchronized (calls) {
      LinkedHashMap<String, Call> its = calls.computeIfAbsent(token, _ -> new LinkedHashMap<>());
      forgetOld(its);
      Call known = its.get(key);
      if (known != null && !known.done) {
        throw Problem.conflict("the call with this " + HEADER + " is still going on");
      }
      if (known != null) {
        return known;
      }
      if (keys >= MOST_KEYS) {
        calls.values().forEach(this::forgetOld);
      }
      if (keys >= MOST_KEYS) {
        throw Problem.busy("too many keys are remembered; try again later");
      }
      Call call = new Call(clock.instant());
      its.put(key, call);
      keys++;
      return call;
    }
  }

  private void forgetOld(Map<String, Call> its) {
    Instant oldest = clock.instant().minus(KEPT);
    Iterator<Call> inOrder = its.values().iterator();
    int tooMany = its.size() - MOST_OF_ONE + 1;
    while (inOrder.hasNext()) {
      Call call = inOrder.next();
      boolean old = call.began.isBefore(oldest);
      if (!old && tooMany <= 0) {
        return;
      }
      if (call.done) {
        inOrder.remove();
        keys--;
        tooMany--;
        octets -= call.octets();
      }
    }
  }

  private void end(Context ctx, Call call, byte[] request, RecordedAnswer answer)
      throws IOException {
    answer.complete(ctx);
    synchronized (calls) {
      call.request = request;
      if (answer.isWhole() && octets + answer.octets() <= MOST_OCTETS) {
        call.answer = answer;
        octets += answer.octets();
      }
      call.done = true;
    }
  }

  private void forget(String token, String key, Call call) {
    synchronized (calls) {
      LinkedHashMap<String, Call> its = calls.get(token);
      if (its != null && its.remove(key, call)) {
        keys--;
      }
    }
  }
}
